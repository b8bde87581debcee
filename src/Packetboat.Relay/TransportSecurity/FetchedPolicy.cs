namespace Packetboat.Relay.TransportSecurity;

/// <summary>What a web server said when it was asked for its domain's policy.</summary>
/// <param name="Text">Null: it is not to be had.</param>
/// <param name="Fault">Why not; printable.</param>
/// <param name="Result">The same as RFC 8460 §4.3.2.2 names it; empty where there is a text.</param>
internal sealed record FetchedPolicy(string? Text, string Fault, string Result)
{
    public const string NotFetched = "sts-policy-fetch-error";
    public const string NotTrusted = "sts-webpki-invalid";
    public const string NotUnderstood = "sts-policy-invalid";

    /// <summary>Whoever would have it says that there is none: not that he cannot be asked.</summary>
    public bool IsAbsent { get; init; }

    public static FetchedPolicy None(string fault, string result = NotFetched) => new(null, fault, result);
}
