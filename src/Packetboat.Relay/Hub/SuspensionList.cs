using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Hub;

/// <summary>The suspensions in force, and the accounts that are gone, as delivery sees them.</summary>
public sealed class SuspensionList(IAccountStore accounts, TimeProvider time) : IStopList
{
    public async ValueTask<StopOrder?> FindAsync(QueuedMessage message, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (await accounts.FindRelayingSuspensionAsync(ct) is { } all && all.FateOf(message.Accepted, now) is { } fate)
            return new StopOrder(fate, Why(null, all));
        if (message.Account is not { } name)
            return null;
        // Its operator removed it on purpose; what it left behind is his to return, to drop, or to send by adding the account again.
        if (await accounts.FindAsync(QwkId.LoginFormOf(name), ct) is not { } found)
            return new StopOrder(QueuedMail.Hold, WhyRemoved(name));
        return found.Account.Suspension is { } one && one.FateOf(message.Accepted, now) is { } its
            ? new StopOrder(its, Why(found.Account.Id, one))
            : null;
    }

    /// <summary>The same where there is no account any more.</summary>
    public static string WhyRemoved(string account) => $"account {account} was removed";

    /// <summary>Why a message is stopped, in words.</summary>
    internal static string Why(QwkId? account, Suspension suspension) =>
        (account is null ? "relaying is suspended" : $"account {account} is suspended") + suspension.Describe();
}
