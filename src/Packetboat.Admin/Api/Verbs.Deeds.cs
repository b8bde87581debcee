namespace Packetboat.Admin.Api;

/// <summary>What commands do by themselves.</summary>
internal static partial class Verbs
{
    public const string Note = "/v1/audit/note";
}
