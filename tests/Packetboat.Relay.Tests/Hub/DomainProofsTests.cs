using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Relay.Tests.Queue;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>How an account comes by a domain through the DNS, and how it loses it.</summary>
public sealed class DomainProofsTests : IAsyncDisposable
{
    private const string Record = "_packetboat.bbs.example";

    private static readonly QwkId Node = QwkId.Parse("MYBBS");

    private readonly QueueRig _rig = new();
    private readonly FakeResolver _dns = new();
    private readonly DomainProofs _proofs;

    public DomainProofsTests() =>
        _proofs = new DomainProofs(
            _rig.Accounts,
            _dns,
            _rig.Store,
            _rig.Accounts,
            new MailLog(NullLogger<MailLog>.Instance),
            _rig.Time
        );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _proofs.StopAsync(CancellationToken.None);
        _proofs.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_domain_is_proven_by_its_token_and_by_no_other()
    {
        AccountDomain domain = await AddAsync();
        _dns.Text[Record] = new DnsAnswer<string>.Found(["v=spf1 -all", "packetboat=another"]);
        Assert.False((await _proofs.CheckAsync(domain, Ct)).IsUsable);

        _dns.Text[Record] = new DnsAnswer<string>.Found(["v=spf1 -all", domain.RecordText]);
        Assert.Equal(AccountDomainState.Proven, (await _proofs.CheckAsync(domain, Ct)).State);

        Assert.True((await StoredAsync()).IsUsable);
        Assert.Equal("domain proven", Assert.Single(await _rig.Accounts.ListAuditAsync("MYBBS", 10, Ct)).Action);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_token_that_is_missed_is_warned_of_and_costs_the_domain_after_the_grace()
    {
        AccountDomain domain = await ProveAsync();
        _dns.Text.Remove(Record);

        domain = await _proofs.CheckAsync(domain, Ct);
        Assert.Equal((AccountDomainState.Failing, true), (domain.State, domain.IsUsable));
        Assert.Contains("MYBBS will lose bbs.example", (await AlarmAsync())!, StringComparison.Ordinal);

        _rig.Time.Advance(AccountDomain.Grace - TimeSpan.FromSeconds(1));
        domain = await _proofs.CheckAsync(domain, Ct);
        Assert.True(domain.IsUsable);

        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        domain = await _proofs.CheckAsync(domain, Ct);
        Assert.Equal((AccountDomainState.Lost, false), (domain.State, domain.IsUsable));
        Assert.Contains("has lost bbs.example", (await AlarmAsync())!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_token_that_is_back_ends_the_alarm()
    {
        AccountDomain domain = await ProveAsync();
        _dns.Text.Remove(Record);
        domain = await _proofs.CheckAsync(domain, Ct);

        _dns.Text[Record] = new DnsAnswer<string>.Found([domain.RecordText]);
        domain = await _proofs.CheckAsync(domain, Ct);

        Assert.Equal(AccountDomainState.Proven, domain.State);
        Assert.Null(await AlarmAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task That_the_DNS_does_not_answer_changes_nothing()
    {
        AccountDomain domain = await ProveAsync();
        _dns.Text[Record] = new DnsAnswer<string>.TemporaryFailure("SERVFAIL");
        _rig.Time.Advance(TimeSpan.FromDays(30));

        Assert.Equal(domain, await _proofs.CheckAsync(domain, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task It_looks_by_itself_soon_and_then_every_day()
    {
        AccountDomain domain = await AddAsync();
        await _proofs.StartAsync(Ct);
        await UntilAsync(d => d.Checked is not null);
        _dns.Text[Record] = new DnsAnswer<string>.Found([domain.RecordText]);
        await UntilAsync(d => d.State is AccountDomainState.Proven);

        DateTimeOffset seen = (await StoredAsync()).Checked!.Value;
        _dns.Text.Remove(Record);
        await UntilAsync(d => d.State is AccountDomainState.Failing);
        Assert.True((await StoredAsync()).Checked - seen >= DomainProofs.DailyPause);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_domain_that_was_removed_meanwhile_does_not_come_back()
    {
        AccountDomain domain = await AddAsync();
        _dns.Text[Record] = new DnsAnswer<string>.Found([domain.RecordText]);
        await _rig.Accounts.RemoveDomainAsync(Node, domain.Name, Ct);

        Assert.False((await _proofs.CheckAsync(domain, Ct)).IsUsable);
    }

    private async Task<AccountDomain> AddAsync()
    {
        var domain = new AccountDomain(
            Node,
            "bbs.example",
            IncludesSubdomains: false,
            AccountDomain.NewToken(),
            _rig.Time.GetUtcNow()
        );
        await _rig.Accounts.AddAsync(new Account(Node, _rig.Time.GetUtcNow()), Ct);
        await _rig.Accounts.SetDomainAsync(domain, Ct);
        return domain;
    }

    private async Task<AccountDomain> ProveAsync()
    {
        AccountDomain domain = await AddAsync();
        _dns.Text[Record] = new DnsAnswer<string>.Found([domain.RecordText]);
        return await _proofs.CheckAsync(domain, Ct);
    }

    private async Task<AccountDomain> StoredAsync() =>
        (await ((IAccountStore)_rig.Accounts).FindAsync("MYBBS", Ct))!.Domains.Single();

    private async Task<string?> AlarmAsync() =>
        (await _rig.Store.AlarmsAsync(Ct)).SingleOrDefault(alarm => alarm.Key == "domain:MYBBS:bbs.example")?.Text;

    private async Task UntilAsync(Func<AccountDomain, bool> condition)
    {
        while (!condition(await StoredAsync()))
        {
            _rig.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
            Ct.ThrowIfCancellationRequested();
        }
    }
}
