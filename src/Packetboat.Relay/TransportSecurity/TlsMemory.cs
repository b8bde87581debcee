using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>
/// Which servers have had TLS each time for long enough that mail without it would be a surprise: then it waits, because whoever sits on the
/// way can take STARTTLS away and nothing else shows that he did. It holds <c>TlsMemory</c> after the last handshake.
/// </summary>
internal sealed class TlsMemory(ITlsMemoryStore store, Func<Settings> settings, TimeProvider time)
{
    /// <summary>Handshakes after which it is a habit.</summary>
    public const int Enough = 3;

    /// <summary>Ten connections in one minute say no more than one does.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromHours(1);

    /// <summary>A habit is filed again after it: often enough for one that holds for weeks.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromDays(1);

    /// <returns>Null: none that counts.</returns>
    public TlsHabit? Of(string host)
    {
        TimeSpan holds = settings().Packetboat.TlsMemory;
        return
            holds > TimeSpan.Zero
            && store.FindHabit(Name(host)) is { Handshakes: >= Enough } habit
            && habit.Last + holds > time.GetUtcNow()
            ? habit
            : null;
    }

    /// <summary>A handshake with a host came about.</summary>
    public async ValueTask NoteAsync(string host)
    {
        TimeSpan holds = settings().Packetboat.TlsMemory;
        if (holds == TimeSpan.Zero)
            return;
        string name = Name(host);
        DateTimeOffset now = time.GetUtcNow();
        TlsHabit? known = store.FindHabit(name);
        if (known is null || known.Last + holds <= now)
            await store.KeepHabitAsync(new TlsHabit(name, 1, now, now));
        else if (now - known.Last >= (known.Handshakes < Enough ? Apart : Refresh))
            await store.KeepHabitAsync(known with { Handshakes = Math.Min(Enough, known.Handshakes + 1), Last = now });
    }

    /// <summary>What counts now, the most recent first.</summary>
    public IReadOnlyList<TlsHabit> List(int limit) =>
        store.ListHabits(Enough, time.GetUtcNow() - settings().Packetboat.TlsMemory, limit);

    /// <returns>Something was known of it.</returns>
    public Task<bool> ForgetAsync(string host, CancellationToken ct) => store.ForgetHabitAsync(Name(host), ct);

    private static string Name(string host) => host.TrimEnd('.').ToLowerInvariant();
}
