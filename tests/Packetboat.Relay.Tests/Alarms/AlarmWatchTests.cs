using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>What is found by looking.</summary>
public sealed class AlarmWatchTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly QueueRig.WatchedTime _time = new(() => { });
    private readonly AlarmRig _rig = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Packetboat.Storage.Sqlite.SqliteStore _store;
    private readonly MemoryAccountStore _accounts = new();
    private long _free = 100;
    private AlarmWatchSettings _settings;
    private readonly AlarmWatch _watch;
    private readonly ClockComparison _clocks;

    public AlarmWatchTests()
    {
        _store = Packetboat.Storage.Sqlite.SqliteStore.Open(_folder.File("data"), _time);
        _settings = new AlarmWatchSettings(TimeSpan.FromHours(12), TimeSpan.FromDays(14), _folder.File("certificate.pem"));
        WriteCertificate(TimeSpan.FromDays(90));
        var reserve = new Reserve("disk", "DiskReserve", () => 50, () => _free, _time);
        reserve.Changed += refusal =>
            (
                refusal is null
                    ? _store.ClearAlarmAsync("disk", Ct)
                    : _store.RaiseAlarmAsync(new("disk", _time.GetUtcNow(), refusal), Ct)
            )
                .GetAwaiter()
                .GetResult();
        _clocks = new ClockComparison(_store, _rig.Log, _time);
        _watch = new AlarmWatch(_store, _accounts, [reserve], _clocks, () => _settings, _rig.Log, _time);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        _clocks.Dispose();
        await _store.DisposeAsync();
        await _rig.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task Where_all_is_well_nothing_is_raised()
    {
        await _watch.LookAsync(Ct);
        Assert.Empty(await _store.AlarmsAsync(Ct));
        Assert.Empty(_rig.Lines);
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_that_waits_for_too_long_is_one_alarm_however_often_one_looks()
    {
        await _store.AcceptAsync(TestMail.Accepted(_store, TestMail.Waiting(0, "joe@far.example")), Ct);
        await PassAsync(TimeSpan.FromHours(11.9));
        Assert.Empty(await _store.AlarmsAsync(Ct));
        await PassAsync(TimeSpan.FromHours(1));
        await PassAsync(TimeSpan.FromHours(1));
        Assert.Equal("queue-old", await KindAsync("queue:old"));
        Assert.Single(await _store.AlarmEventsAsync(0, 10, Ct));
        Assert.Single(_rig.Lines);

        await _store.ChangeAsync(new QueueSelection(All: true), QueueChange.Hold, _time.GetUtcNow(), Ct);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await _store.AlarmsAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task With_QueueAge_0_mail_may_grow_old()
    {
        _settings = _settings with { QueueAge = TimeSpan.Zero };
        await _store.AcceptAsync(TestMail.Accepted(_store, TestMail.Waiting(0, "joe@far.example")), Ct);
        await PassAsync(TimeSpan.FromDays(4));
        Assert.Empty(await _store.AlarmsAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_is_told_of_before_it_ends_and_again_when_it_has_and_no_more_when_it_is_renewed()
    {
        WriteCertificate(TimeSpan.FromDays(20));
        await PassAsync(TimeSpan.FromDays(5));
        Assert.Empty(await _store.AlarmsAsync(Ct));
        await PassAsync(TimeSpan.FromDays(2));
        Assert.Equal("certificate-expires", await KindAsync("certificate"));
        await PassAsync(TimeSpan.FromDays(14));
        Assert.Equal("certificate-expired", await KindAsync("certificate"));
        WriteCertificate(TimeSpan.FromDays(90));
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Null(await KindAsync("certificate"));
        File.WriteAllText(_settings.CertificateFile, "nonsense");
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("certificate-expired", await KindAsync("certificate"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_relays_are_shown_is_told_of_too_until_the_settings_name_it_no_more()
    {
        string file = _folder.File("client.pem");
        WriteCertificate(file, TimeSpan.FromDays(10));
        _settings = _settings with { ClientCertificates = [file] };
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("certificate-expires", await KindAsync($"certificate:{file}"));
        Assert.Null(await KindAsync("certificate"));
        await PassAsync(TimeSpan.FromDays(10));
        Assert.Equal("certificate-expired", await KindAsync($"certificate:{file}"));
        _settings = _settings with { ClientCertificates = [] };
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Null(await KindAsync($"certificate:{file}"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_disk_that_fills_while_no_mail_comes_is_noticed_and_so_is_that_it_is_not_full_any_more()
    {
        _free = 10;
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("disk", await KindAsync("disk"));
        _free = 100;
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Null(await KindAsync("disk"));
        Assert.Single(await _store.AlarmEventsAsync(0, 10, Ct));
        await PassAsync(AlarmCatalogue.Disk.Settle);
        Assert.Equal(2, (await _store.AlarmEventsAsync(0, 10, Ct)).Count);
    }

    [Fact(Timeout = Patience)]
    public async Task Relaying_that_is_suspended_is_not_forgotten()
    {
        await _accounts.SetRelayingSuspensionAsync(new Suspension("spring cleaning", _time.GetUtcNow(), Until: null), Ct);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("(spring cleaning)", (await _store.AlarmsAsync(Ct)).Single().Text, StringComparison.Ordinal);
        await _accounts.SetRelayingSuspensionAsync(null, Ct);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await _store.AlarmsAsync(Ct));
    }

    [Theory(Timeout = Patience)]
    [InlineData(-11, true)]
    [InlineData(-5, false)]
    [InlineData(3600, false)] // a machine that slept
    [InlineData(100_000, true)]
    public async Task A_clock_that_jumps_is_told_of_for_an_hour(int seconds, bool isAlarm)
    {
        await PassAsync(TimeSpan.FromMinutes(1));
        _time.WrongBy += TimeSpan.FromSeconds(seconds);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(isAlarm, await KindAsync("clock:jump") == "clock");
        await PassAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(isAlarm, await KindAsync("clock:jump") == "clock");
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Null(await KindAsync("clock:jump"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_an_operator_clears_and_is_still_so_comes_back()
    {
        _free = 100;
        WriteCertificate(TimeSpan.FromDays(1));
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.True(await _store.DismissAlarmAsync("certificate", Ct));
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.NotNull(await KindAsync("certificate"));
    }

    private async Task<string?> KindAsync(string key) =>
        (await _store.AlarmsAsync(Ct)).SingleOrDefault(alarm => alarm.Key == key) is { } alarm
            ? AlarmCatalogue.KindOf(alarm).Id
            : null;

    private async Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        await _watch.LookAsync(Ct);
    }

    private void WriteCertificate(TimeSpan lifetime) => WriteCertificate(_settings.CertificateFile, lifetime);

    private void WriteCertificate(string file, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mail.example", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow() + lifetime);
        File.WriteAllText(file, made.ExportCertificatePem());
    }
}
