using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Signing;

/// <summary>A key's whole life without an operator: made, seen in the DNS, used, relieved, removed; and what is said when its record vanishes.</summary>
public sealed class DkimKeyWatchTests : IAsyncDisposable
{
    private const string First = "s1._domainkey.d.example";
    private const string Second = "s2._domainkey.d.example";

    private readonly QueueRig _rig = new();
    private readonly FakeResolver _dns = new();
    private readonly TemporaryFolder _ctrl = new();
    private readonly DkimKeyFolder _folder;
    private readonly DkimKeyWatch _watch;
    private Settings _settings;

    public DkimKeyWatchTests()
    {
        _settings = Read("DKIMSign = false");
        var log = new MailLog(NullLogger<MailLog>.Instance);
        _folder = _rig.Keys;
        _watch = new DkimKeyWatch(
            _folder,
            new SystemSigningKey(() => _settings, log, _rig.Time),
            _dns,
            _rig.Store,
            _rig.Accounts,
            log,
            NullLogger<DkimKeyWatch>.Instance,
            _rig.Time,
            () => _settings.Packetboat
        );
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
        _ctrl.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_new_key_signs_once_its_record_is_seen_and_not_before()
    {
        Add("s1");
        await PassAsync(TimeSpan.Zero);
        Assert.Equal([DkimKeyState.New], States());

        Publish("s1");
        await PassAsync(DkimKeyWatch.SoonPause - TimeSpan.FromSeconds(1));
        Assert.Equal([DkimKeyState.New], States());
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal([DkimKeyState.Used], States());

        AuditEntry entry = Assert.Single(await AuditAsync(First));
        Assert.Equal((Operator.Itself, "dkim use"), (entry.Who, entry.Action));
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_key_that_has_signed_for_long_is_told_of_and_the_next_one_ends_that()
    {
        await UseAsync("s1");
        _settings = _settings with { Packetboat = _settings.Packetboat with { DkimKeyAge = TimeSpan.FromDays(100) } };
        await PassAsync(TimeSpan.FromDays(86) - TimeSpan.FromMinutes(2));
        Assert.Empty(await AlarmsAsync());
        await PassAsync(TimeSpan.FromMinutes(2));

        Alarm alarm = Assert.Single(await AlarmsAsync());
        Assert.Matches(
            $@"^the DKIM key {First} signs since \d{{4}}-\d\d-\d\d, and is to be replaced by \d{{4}}-\d\d-\d\d \(DkimKeyAge\): packetboat dkim new ",
            alarm.Text
        );
        Add("s2");
        Publish("s2");
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Equal([DkimKeyState.Retiring, DkimKeyState.Used], States());
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_no_key_is_told_of_until_it_is_gone()
    {
        await UseAsync("s1");
        string file = Path.Combine(_folder.Directory, "s9._domainkey.hub.example.pem");
        File.WriteAllText(file, "-----BEGIN");
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.StartsWith(
            "1 in the folder of DKIM keys cannot be used, and signs nothing: ",
            Assert.Single(await AlarmsAsync()).Text,
            StringComparison.Ordinal
        );
        File.Delete(file);
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_key_relieves_the_first_which_is_removed_after_the_overlap()
    {
        await UseAsync("s1");
        Add("s2");
        Publish("s2");
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Equal([DkimKeyState.Retiring, DkimKeyState.Used], States());

        await PassAsync(DkimKeyFolder.Overlap - TimeSpan.FromSeconds(1));
        Assert.Equal([DkimKeyState.Retiring, DkimKeyState.Used], States());
        await PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("s2", Assert.Single(_folder.Read(out _)).Selector);
        Assert.Equal("dkim remove", (await AuditAsync(First))[0].Action);
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_record_under_the_name_is_not_the_key()
    {
        Add("s1");
        using var other = DkimPrivateKey.CreateEd25519();
        _dns.Text[First] = new DnsAnswer<string>.Found([other.Record]);

        await PassAsync(TimeSpan.Zero);

        Assert.Equal([DkimKeyState.New], States());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_used_key_whose_record_vanishes_raises_one_alarm_signs_on_and_the_record_ends_it()
    {
        await UseAsync("s1");
        _dns.Text.Remove(First);
        await PassAsync(DkimKeyWatch.DailyPause);

        Alarm alarm = Assert.Single(await AlarmsAsync());
        Assert.Contains($"Publish TXT {First} \"v=DKIM1;", alarm.Text, StringComparison.Ordinal);
        Assert.Equal([DkimKeyState.Used], States());
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Equal(alarm, Assert.Single(await AlarmsAsync()));

        Publish("s1");
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retiring_key_whose_record_vanishes_too_early_raises_an_alarm_until_it_is_removed()
    {
        await UseAsync("s1");
        Add("s2");
        Publish("s2");
        await PassAsync(DkimKeyWatch.SoonPause);
        _dns.Text.Remove(First);
        await PassAsync(DkimKeyWatch.DailyPause);
        Assert.Contains("still on its way", Assert.Single(await AlarmsAsync()).Text, StringComparison.Ordinal);

        await PassAsync(DkimKeyFolder.Overlap);
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task That_the_DNS_does_not_answer_changes_nothing()
    {
        await UseAsync("s1");
        Add("s2");
        foreach (string name in (string[])[First, Second])
            _dns.Text[name] = new DnsAnswer<string>.TemporaryFailure("SERVFAIL");

        for (int day = 0; day < 30; day++)
            await PassAsync(TimeSpan.FromDays(1));

        Assert.Equal([DkimKeyState.Used, DkimKeyState.New], States());
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task The_key_of_the_settings_is_watched_too()
    {
        using var key = DkimPrivateKey.CreateEd25519();
        await File.WriteAllTextAsync(_ctrl.File("dkim_m.pem"), key.ToPem(), Ct);
        _settings = Read("DKIMSign = true\nDKIMDomain = e.example\nDKIMSelector = m");
        await PassAsync(TimeSpan.Zero);
        Assert.Equal("dkim:m._domainkey.e.example", Assert.Single(await AlarmsAsync()).Key);

        _dns.Text["m._domainkey.e.example"] = new DnsAnswer<string>.Found([key.Record]);
        await PassAsync(DkimKeyWatch.SoonPause);
        Assert.Empty(await AlarmsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_key_that_was_removed_takes_its_alarm_with_it_and_does_not_come_back()
    {
        await UseAsync("s1");
        _dns.Text.Remove(First);
        await PassAsync(DkimKeyWatch.DailyPause);
        StoredDkimKey removed = Assert.Single(_folder.Read(out _));
        _folder.Retire(removed, now: true);

        await PassAsync(TimeSpan.FromMinutes(1));

        Assert.Empty(await AlarmsAsync());
        Assert.False(_folder.Use(removed));
        Assert.Empty(_folder.Read(out _));
    }

    [Fact(Timeout = 60_000)]
    public async Task It_looks_by_itself()
    {
        Add("s1");
        Publish("s1");
        await _watch.StartAsync(Ct);
        while (States() is not [DkimKeyState.Used])
        {
            _rig.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
            Ct.ThrowIfCancellationRequested();
        }
    }

    private async Task UseAsync(string selector)
    {
        Add(selector);
        Publish(selector);
        await PassAsync(TimeSpan.Zero);
        Assert.Equal([DkimKeyState.Used], States());
    }

    private Task PassAsync(TimeSpan time)
    {
        _rig.Time.Advance(time);
        return _watch.LookAsync(Ct);
    }

    private void Add(string selector)
    {
        using var key = DkimPrivateKey.CreateEd25519();
        _folder.Add("d.example", selector, key);
    }

    private void Publish(string selector)
    {
        StoredDkimKey key = _folder.Read(out _).Single(key => key.Selector == selector);
        _dns.Text[key.RecordName] = new DnsAnswer<string>.Found(["v=spf1 -all", key.Key.Record]);
    }

    private DkimKeyState[] States() => [.. _folder.Read(out _).Select(key => key.State)];

    private Task<IReadOnlyList<Alarm>> AlarmsAsync() => _rig.Store.AlarmsAsync(Ct);

    private Task<IReadOnlyList<AuditEntry>> AuditAsync(string target) => _rig.Accounts.ListAuditAsync(target, 10, Ct);

    private Settings Read(string mail)
    {
        File.WriteAllText(_ctrl.File("sbbs.ini"), $"[Mail]\nHostName = hub.example\n{mail}\n");
        ConfigurationResult result = ConfigurationReader.Read(_ctrl.Path, ConfigurationEnvironment.OfThisMachine());
        Assert.NotNull(result.Settings);
        return result.Settings;
    }
}
