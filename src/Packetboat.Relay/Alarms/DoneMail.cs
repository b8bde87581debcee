using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Alarms;

/// <summary>Recipients of messages that are done.</summary>
/// <param name="Delivered">To the next server.</param>
/// <param name="Dropped">By an operator or a suspension.</param>
/// <param name="Failed">Returned to the sender, by why.</param>
/// <param name="Destinations">Domains that most was delivered to, and how much.</param>
public sealed record DoneMail(
    long Delivered,
    long Dropped,
    IReadOnlyList<(FailureClass Class, long Count)> Failed,
    IReadOnlyList<(string Domain, long Count)> Destinations
)
{
    public long FailedInAll => Failed.Sum(one => one.Count);
}
