using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Hub;

/// <summary>The suspensions in force, as delivery sees them.</summary>
public sealed class SuspensionList(IAccountStore accounts, TimeProvider time) : IStopList
{
    public async ValueTask<StopOrder?> FindAsync(QueuedMessage message, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (await accounts.FindRelayingSuspensionAsync(ct) is { } all && all.FateOf(message.Accepted, now) is { } fate)
            return new StopOrder(fate, Why(null, all));
        if (message.Account is not { } name || await accounts.FindAsync(QwkId.LoginFormOf(name), ct) is not { } found)
            return null;
        return found.Account.Suspension is { } one && one.FateOf(message.Accepted, now) is { } its
            ? new StopOrder(its, Why(found.Account.Id, one))
            : null;
    }

    /// <summary>Why a message is stopped, in words.</summary>
    internal static string Why(QwkId? account, Suspension suspension) =>
        (account is null ? "relaying is suspended" : $"account {account} is suspended") + suspension.Describe();
}
