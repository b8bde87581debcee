using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Tests.Shaping;

/// <summary>Writes when it is told to, as a writer that waits for its turn.</summary>
internal sealed class MemoryWarmUpStore : IWarmUpStore
{
    private readonly Dictionary<(string, string), WarmUpDay> _kept = [];
    private readonly List<Func<WarmUpDay>> _owed = [];

    public int Owed => _owed.Count;

    public WarmUpDay? FindWarmUp(string address, string provider) => _kept.GetValueOrDefault((address, provider));

    public ValueTask KeepWarmUpAsync(Func<WarmUpDay> latest)
    {
        _owed.Add(latest);
        return ValueTask.CompletedTask;
    }

    public void Write()
    {
        foreach (Func<WarmUpDay> latest in _owed.ToArray())
            if (latest() is var day)
                _kept[(day.Address, day.Provider)] = day;
        _owed.Clear();
    }

    public IReadOnlyList<WarmUpDay> ListWarmUps(int limit) => [.. _kept.Values.OrderByDescending(day => day.Date).Take(limit)];

    public Task<bool> ForgetWarmUpsAsync(string address, CancellationToken stopping)
    {
        (string, string)[] those = [.. _kept.Keys.Where(key => key.Item1 == address)];
        foreach ((string, string) key in those)
            _kept.Remove(key);
        return Task.FromResult(those.Length > 0);
    }
}
