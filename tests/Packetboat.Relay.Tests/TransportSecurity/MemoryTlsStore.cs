using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tests.TransportSecurity;

internal sealed class MemoryTlsStore : ITlsMemoryStore
{
    public Dictionary<string, TlsHabit> Kept { get; } = [];

    public int Writes { get; private set; }

    public TlsHabit? FindHabit(string host) => Kept.GetValueOrDefault(host);

    public ValueTask KeepHabitAsync(TlsHabit habit)
    {
        Kept[habit.Host] = habit;
        Writes++;
        return ValueTask.CompletedTask;
    }

    public IReadOnlyList<TlsHabit> ListHabits(int handshakes, DateTimeOffset since, int limit) =>
        [
            .. Kept
                .Values.Where(habit => habit.Handshakes >= handshakes && habit.Last > since)
                .OrderByDescending(habit => habit.Last)
                .Take(limit),
        ];

    public Task<bool> ForgetHabitAsync(string host, CancellationToken stopping) => Task.FromResult(Kept.Remove(host));
}
