namespace Packetboat.Admin.Api;

/// <summary>The tokens that relays are signed in to with.</summary>
internal static partial class Verbs
{
    public const string TokenList = "/v1/token/list";

    public const string TokenSet = "/v1/token/set";

    public const string TokenForget = "/v1/token/forget";
}
