namespace Packetboat.Relay.Queue;

/// <summary>A message that is stored and not delivered: it has no place in memory.</summary>
internal sealed class HeldReservation(IReadOnlyList<NewRecipient> recipients) : IReservation
{
    public IReadOnlyList<NewRecipient> Recipients => recipients;

    public void Start()
    {
        // Whoever releases it wakes the scheduler.
    }

    public void Cancel()
    {
        // Nothing was taken.
    }
}
