namespace Packetboat.Admin.Api;

/// <summary>Whether mail will arrive.</summary>
internal static partial class Verbs
{
    public const string Arrival = "/v1/account/arrival";
}
