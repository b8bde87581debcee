using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Spool;

/// <summary>The spool over the store: content in chunks while it arrives, envelope and recipients in the transaction that accepts it.</summary>
public sealed class MessageSpool(IQueueStore store, IScheduler scheduler, DiskReserve reserve, TimeProvider time) : ISpool
{
    public string? Refusal => reserve.Refusal;

    public ISpooledMessage Begin() => new SpooledMessage(store, scheduler, time);
}
