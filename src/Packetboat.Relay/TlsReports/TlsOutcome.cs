namespace Packetboat.Relay.TlsReports;

/// <summary>Sessions of one kind with one domain on one day.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Domain">Of the recipients.</param>
/// <param name="Policy">Its kind, and in further lines what it says: <see cref="TlsPolicyText"/>.</param>
/// <param name="Result">The result type of a failure, RFC 8460 §4.3; empty: TLS came about.</param>
/// <param name="Host">Of a failure: the server's name.</param>
/// <param name="Address">Of a failure: the server's address.</param>
/// <param name="From">Of a failure: ours.</param>
public sealed record TlsOutcome(
    DateOnly Day,
    string Domain,
    string Policy,
    string Result,
    string Host,
    string Address,
    string From
);

/// <param name="Outcome">Which.</param>
/// <param name="Sessions">How many.</param>
public sealed record TlsCount(TlsOutcome Outcome, long Sessions);
