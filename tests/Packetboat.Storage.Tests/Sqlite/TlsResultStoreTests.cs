using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.TlsReports;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class TlsResultStoreTests : IDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 22);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Results_of_a_day_add_up_over_restarts_until_they_are_told()
    {
        TlsOutcome fine = Outcome("far.example", "");
        TlsOutcome bad = Outcome("far.example", "certificate-expired");
        for (int i = 0; i < 2; i++)
            await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
                await first.AddAsync([new TlsCount(fine, 3), new TlsCount(bad, 1), new TlsCount(Outcome("near.example", ""), 1)]);

        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        Assert.Equal([new TlsCount(fine, 6), new TlsCount(bad, 2)], store.Results(Day, "far.example"));
        Assert.Equal([(Day, "far.example"), (Day, "near.example")], store.ListDue(Day.AddDays(1)));
        Assert.Empty(store.ListDue(Day));
        await store.RemoveAsync(Day, "far.example", Ct);
        Assert.Equal([(Day, "near.example")], store.ListDue(Day.AddDays(1)));
    }

    [Fact]
    public async Task A_domain_with_servers_without_number_fills_nothing()
    {
        await using (SqliteStore first = SqliteStore.Open(_folder.Path, _time))
            await first.AddAsync([
                .. Enumerable
                    .Range(0, ITlsResultStore.MaxRows + 50)
                    .Select(i => new TlsCount(Outcome("far.example", "starttls-not-supported") with { Host = $"mx{i}" }, 1)),
            ]);
        await using SqliteStore store = SqliteStore.Open(_folder.Path, _time);
        Assert.Equal(ITlsResultStore.MaxRows, store.Results(Day, "far.example").Count);
    }

    private static TlsOutcome Outcome(string domain, string result) => new(Day, domain, "no-policy-found", result, "", "", "");
}
