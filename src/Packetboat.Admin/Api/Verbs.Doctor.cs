namespace Packetboat.Admin.Api;

/// <summary>The doctor.</summary>
internal static partial class Verbs
{
    public const string Examine = "/v1/doctor";
}
