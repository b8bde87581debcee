using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Spool;

/// <summary>The spool over the store: content in chunks while it arrives, envelope and recipients in the transaction that accepts it.</summary>
public sealed class MessageSpool(IQueueStore store, IScheduler scheduler, IReadOnlyList<Reserve> reserves, TimeProvider time)
    : ISpool
{
    public string? Refusal
    {
        get
        {
            foreach (Reserve reserve in reserves)
            {
                if (reserve.Refusal is { } refusal)
                    return refusal;
            }

            return null;
        }
    }

    public ISpooledMessage Begin() => new SpooledMessage(store, scheduler, time);
}
