namespace Packetboat.Admin.Api;

/// <summary>Which servers have had TLS.</summary>
internal static partial class Verbs
{
    public const string TlsList = "/v1/tls/list";

    public const string TlsForget = "/v1/tls/forget";
}
