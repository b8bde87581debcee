using Packetboat.Relay.TlsReports;

namespace Packetboat.Relay.Tests.TlsReports;

internal sealed class MemoryResultStore : ITlsResultStore
{
    public List<TlsCount> Kept { get; } = [];

    public ValueTask AddAsync(IReadOnlyList<TlsCount> counts)
    {
        Kept.AddRange(counts);
        return ValueTask.CompletedTask;
    }

    public IReadOnlyList<(DateOnly Day, string Domain)> ListDue(DateOnly before) =>
        [.. Kept.Select(count => (count.Outcome.Day, count.Outcome.Domain)).Where(due => due.Day < before).Distinct()];

    public IReadOnlyList<TlsCount> Results(DateOnly day, string domain) =>
        [.. Kept.Where(count => count.Outcome.Day == day && count.Outcome.Domain == domain)];

    public Task RemoveAsync(DateOnly day, string domain, CancellationToken stopping)
    {
        Kept.RemoveAll(count => count.Outcome.Day == day && count.Outcome.Domain == domain);
        return Task.CompletedTask;
    }
}
