namespace Packetboat.Admin.Api;

/// <summary>How far providers have come to know our addresses.</summary>
internal static partial class Verbs
{
    public const string WarmUpList = "/v1/warmup/list";

    public const string WarmUpForget = "/v1/warmup/forget";
}
