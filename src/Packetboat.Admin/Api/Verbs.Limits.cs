namespace Packetboat.Admin.Api;

/// <summary>Limits.</summary>
internal static partial class Verbs
{
    public const string ShowLimits = "/v1/account/limits";
    public const string SetLimits = "/v1/account/limit";
}
