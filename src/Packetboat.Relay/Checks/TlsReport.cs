namespace Packetboat.Relay.Checks;

/// <summary>What is demanded of TLS to the servers of a domain.</summary>
/// <param name="Result">
/// <c>dane</c>, <c>mta-sts</c>, <c>testing</c> or <c>opportunistic</c>: the weakest of its servers; <c>forbidden</c>: no server may get
/// anything; <c>none</c>: it has no servers; <c>temperror</c>: DNS did not answer.
/// </param>
/// <param name="Reason">One line.</param>
/// <param name="Domain">Who was asked about.</param>
/// <param name="MxIsAuthentic">The resolver vouches for the MX records.</param>
/// <param name="Policy">Its MTA-STS policy: none, testing, enforce; null: it has none.</param>
/// <param name="PolicyReason">How we know, or why there is none.</param>
/// <param name="Hosts">Its servers, in order.</param>
public sealed record TlsReport(
    string Result,
    string Reason,
    string Domain,
    bool MxIsAuthentic,
    string? Policy,
    string PolicyReason,
    IReadOnlyList<TlsHostReport> Hosts
);

/// <summary>What is demanded of one server.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Demand">dane, mta-sts, testing, opportunistic or forbidden.</param>
/// <param name="Words">In words.</param>
/// <param name="Records">Its TLSA records that count, as zone files have them.</param>
public sealed record TlsHostReport(string Host, string Demand, string Words, IReadOnlyList<string> Records);
