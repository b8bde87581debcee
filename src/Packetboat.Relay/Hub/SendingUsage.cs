using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Listening;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Counts what accounts send against their limits: in memory, exactly, however many connections an account has. A message is counted before
/// it is accepted and given back where it is not. The counters reach the disk in the transaction that accepts the message, so that they
/// cost no flush of their own; after a crash they are those of the last message that was accepted.
/// </summary>
/// <param name="store">Where they are kept.</param>
/// <param name="limits">Everybody's: the same object as long as nothing has changed.</param>
/// <param name="time">The clock.</param>
public sealed class SendingUsage(IUsageStore store, Func<AccountLimits> limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AccountUsage> _accounts = new(StringComparer.Ordinal);

    /// <summary>An account has just been stopped by a limit for the first time in the hour or day that the limit is about.</summary>
    public event Action<QwkId, LimitReached>? Reached;

    /// <summary>The limits of an account.</summary>
    public AccountLimits LimitsOf(QwkId id) => Find(id).Limits(limits());

    /// <summary>What an account has of its own.</summary>
    public IReadOnlyList<OwnLimit> OwnLimitsOf(QwkId id) => Find(id).Own();

    /// <summary>Durable, and in force, when it returns. False: there is no such account.</summary>
    public async Task<bool> SetOwnLimitsAsync(QwkId id, IReadOnlyList<OwnLimit> own, CancellationToken ct)
    {
        if (!await store.SetLimitsAsync(id, own, ct))
            return false;
        Find(id).SetOwn(own);
        return true;
    }

    /// <summary>What is used now.</summary>
    public UsageCounters Of(QwkId id) => Find(id).Now();

    /// <summary>Messages that still have to go somewhere.</summary>
    public long QueuedOf(QwkId id) => Find(id).Queued();

    /// <summary>The account is gone; another may get its name.</summary>
    public void Forget(QwkId id) => _accounts.TryRemove(id.LoginForm, out _);

    /// <summary>How many messages the account may still send, in this hour and today; null: no limit.</summary>
    public long? MessagesLeft(QwkId id)
    {
        AccountUsage account = Find(id);
        return account.Limits(limits()).MessagesLeft(account.Now());
    }

    /// <summary>What refuses even one more message to a recipient of old.</summary>
    public LimitReached? Exhausted(QwkId id, bool isReport = false)
    {
        AccountUsage account = Find(id);
        return account.Limits(limits()).AreNone ? null : Tell(id, account.Exhausted(limits(), isReport, out bool isNews), isNews);
    }

    /// <summary>Counts a message.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="mail">What it is.</param>
    /// <param name="reservation">
    /// To be cancelled if the message is not accepted, else completed; null where there is no limit at all, or where it is refused.
    /// </param>
    /// <returns>
    /// The limit that the message would exceed. It is refused then, unless there is a reservation, which says how it is to be kept.
    /// </returns>
    public LimitReached? TryReserve(QwkId id, OutgoingMail mail, out UsageReservation? reservation) =>
        Tell(id, Find(id).TryReserve(mail, limits(), out reservation, out bool isNews), isNews);

    /// <summary>A sign-in.</summary>
    /// <returns>The limit that it exceeds: its mail is treated so.</returns>
    public async ValueTask<LimitReached?> SignedInAsync(QwkId id, IPAddress client)
    {
        AccountUsage account = Find(id);
        string network = ClientNetwork.Of(client).Around.ToString();
        LimitReached? reached = account.SignedIn(network, limits(), out bool isNew, out bool isNews);
        if (isNew)
            await store.OweAsync(id, account.Current, network);
        return Tell(id, reached, isNews);
    }

    /// <summary>An account that has been stopped, by a limit or by the operator, is refused once more.</summary>
    /// <returns>How long the reply is to be kept back, so that its refusals cost the other accounts nothing.</returns>
    public TimeSpan Refused(QwkId id) => Find(id).Refused();

    /// <summary>
    /// Recipients of an account's mail were refused for good. They are a share of the recipients of the day on which it was accepted, and of
    /// no other: what comes back of yesterday's after midnight says nothing about the few of today.
    /// </summary>
    public async ValueTask HardBouncedAsync(QwkId id, int recipients, DateTimeOffset accepted)
    {
        AccountUsage account = Find(id);
        if (account.Limits(limits()).AreNone || !account.Now().IsDayOf(accepted))
            return;
        Tell(id, account.Note(recipients, 0, limits(), out bool isNews), isNews);
        await store.OweAsync(id, account.Current, network: null);
    }

    /// <summary>A message of an account was called spam. The counters are to be written with what is noted of it.</summary>
    public Func<UsageCounters>? Complained(QwkId id)
    {
        AccountUsage account = Find(id);
        if (account.Limits(limits()).AreNone)
            return null;
        Tell(id, account.Note(0, 1, limits(), out bool isNews), isNews);
        return account.Current;
    }

    /// <summary>
    /// The operator lets the account go on: what limits that suspend have counted begins anew, else its next message would suspend it again.
    /// </summary>
    /// <returns>To be written with what ends the suspension; null: nothing is counted.</returns>
    public Func<UsageCounters>? Forgive(QwkId id)
    {
        AccountUsage account = Find(id);
        if (account.Limits(limits()).AreNone)
            return null;
        account.Forgive(limits());
        return account.Current;
    }

    /// <summary>64 bits of an address: enough to know it again, too few to read it.</summary>
    public static long KeyOf(MailAddress address)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{address.LocalPart.ToLowerInvariant()}@{address.AsciiDomain}"), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    private LimitReached? Tell(QwkId id, LimitReached? reached, bool isNews)
    {
        if (reached is not null && isNews)
            Reached?.Invoke(id, reached);
        return reached;
    }

    private AccountUsage Find(QwkId id) =>
        _accounts.GetOrAdd(id.LoginForm, static (_, of) => new AccountUsage(of.id, of.store, of.time), (id, store, time));
}
