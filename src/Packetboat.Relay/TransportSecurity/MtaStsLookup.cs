using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>What is known of a domain's policy.</summary>
/// <param name="Policy">In force; null: none is.</param>
/// <param name="Reason">How we know, or why there is none.</param>
internal sealed record MtaStsLookup(MtaStsPolicy? Policy, string Reason)
{
    /// <summary>There is none because it could not be had now: another time there may be one.</summary>
    public bool IsTrouble { get; init; }

    /// <summary>Why it could not be had, as RFC 8460 §4.3.2.2 names it; empty: that is not so, or it is the DNS's fault.</summary>
    public string Result { get; init; } = "";
}
