using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Counts what accounts send against their limits: in memory, exactly, however many connections an account has. A message is counted before
/// it is accepted and given back where it is not. The counters reach the disk in the transaction that accepts the message, so that they
/// cost no flush of their own; after a crash they are those of the last message that was accepted.
/// </summary>
public sealed class SendingUsage(IUsageStore store, Func<AccountLimits> limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    /// <summary>The limits in force.</summary>
    public AccountLimits Limits => limits();

    /// <summary>An account has just been stopped by a limit for the first time in the hour or day that the limit is about.</summary>
    public event Action<QwkId, LimitReached>? Reached;

    /// <summary>What is used now.</summary>
    public UsageCounters Of(QwkId id) => Find(id).Now(UsageCounters.HourOf(time.GetUtcNow()));

    /// <summary>Whether not even one more message to a recipient of old would be taken.</summary>
    public LimitReached? Exhausted(QwkId id)
    {
        AccountLimits now = limits();
        return now == AccountLimits.None ? null : now.Exceeded(Of(id).Plus(1, 1, 0));
    }

    /// <summary>Counts a message.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="recipients">Each once.</param>
    /// <param name="reservation">To be cancelled if the message is not accepted; null where there is no limit at all.</param>
    /// <returns>The limit that the message would exceed; it is not counted then.</returns>
    public LimitReached? TryReserve(QwkId id, IReadOnlyList<MailAddress> recipients, out UsageReservation? reservation)
    {
        reservation = null;
        AccountLimits now = limits();
        if (now == AccountLimits.None)
            return null;
        Account account = Find(id);
        LimitReached? reached = account.TryReserve(
            recipients,
            now,
            UsageCounters.HourOf(time.GetUtcNow()),
            out reservation,
            out bool isNews
        );
        if (reached is not null && isNews)
            Reached?.Invoke(id, reached);
        return reached;
    }

    /// <summary>64 bits of an address: enough to know it again, too few to read it.</summary>
    public static long KeyOf(MailAddress address)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{address.LocalPart.ToLowerInvariant()}@{address.AsciiDomain}"), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    private Account Find(QwkId id) =>
        _accounts.GetOrAdd(id.LoginForm, static (_, of) => new Account(of.id, of.store), (id, store));

    /// <summary>Read from the store when it is first asked for.</summary>
    private sealed class Account(QwkId id, IUsageStore store)
    {
        private readonly Lock _lock = new();
        private UsageCounters? _used;
        private HashSet<long>? _known;
        private (string Name, DateTimeOffset Ends) _told;

        public UsageCounters Now(long hour)
        {
            lock (_lock)
                return _used = (_used ?? store.ReadUsage(id) ?? new UsageCounters(hour)).At(hour);
        }

        private UsageCounters Current()
        {
            lock (_lock)
                return _used!;
        }

        public LimitReached? TryReserve(
            IReadOnlyList<MailAddress> recipients,
            AccountLimits limits,
            long hour,
            out UsageReservation? reservation,
            out bool isNews
        )
        {
            (reservation, isNews) = (null, false);
            long[] keys = limits.FirstTimeRecipientsPerDay > 0 ? [.. recipients.Select(KeyOf).Distinct()] : [];
            lock (_lock)
            {
                UsageCounters before = Now(hour);
                if (keys.Length > 0)
                    _known ??= [.. store.ReadKnownRecipients(id)];
                long[] firstTime = [.. keys.Where(key => !_known!.Contains(key))];
                UsageCounters after = before.Plus(1, recipients.Count, firstTime.Length);
                if (limits.Exceeded(after) is { } reached)
                {
                    isNews = _told != (reached.Name, reached.Ends);
                    _told = (reached.Name, reached.Ends);
                    return reached;
                }

                _used = after;
                _known?.UnionWith(firstTime);
                reservation = new UsageReservation(id, firstTime, Current, () => GiveBack(hour, recipients.Count, firstTime));
                return null;
            }
        }

        private void GiveBack(long hour, int recipients, long[] firstTime)
        {
            lock (_lock)
            {
                // What belongs to an hour that is over is over.
                if (_used?.Hour == hour)
                    _used = _used.Plus(-1, -recipients, -firstTime.Length);
                _known?.ExceptWith(firstTime);
            }
        }
    }
}

/// <summary>A message that is counted and not accepted yet.</summary>
/// <param name="Account">Whose.</param>
/// <param name="FirstTimeRecipients">To be remembered with the message: <see cref="SendingUsage.KeyOf"/>.</param>
/// <param name="Counters">As they are when they are written, which is once for many messages.</param>
/// <param name="Cancel">The message is not accepted.</param>
public sealed record UsageReservation(
    QwkId Account,
    IReadOnlyList<long> FirstTimeRecipients,
    Func<UsageCounters> Counters,
    Action Cancel
);
