namespace Packetboat.Admin.Api;

/// <summary>Credentials.</summary>
internal static partial class Verbs
{
    public const string AddCredential = "/v1/account/credential/add";
    public const string RevokeCredential = "/v1/account/credential/revoke";
    public const string Require = "/v1/account/require";
    public const string SetPassword = "/v1/account/password";
}
