using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>A domain that an account may use.</summary>
/// <param name="Name"><c>*</c>: any.</param>
/// <param name="IncludesSubdomains">The domains below it too.</param>
/// <param name="State">Whether it may be used now, and why.</param>
/// <param name="RecordName">Of the TXT record that proves it; null: it is granted.</param>
/// <param name="RecordText">What the record must say.</param>
/// <param name="Checked">When the DNS gave its last answer.</param>
/// <param name="FailingSince">When the record was first missed.</param>
public sealed record DomainRow(
    string Name,
    bool IncludesSubdomains,
    AccountDomainState State,
    string? RecordName,
    string? RecordText,
    DateTimeOffset? Checked,
    DateTimeOffset? FailingSince
);
