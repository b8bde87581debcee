using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Relay.Tests.TransportSecurity;
using Packetboat.Relay.TlsReports;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.TlsReports;

/// <summary>Who asks for reports gets one of each day, once, and signed; who does not gets none.</summary>
public sealed class TlsReporterTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private static readonly TestAuthority Authority = new("an authority of reports");

    private readonly QueueRig _rig = new();
    private readonly ZoneResolver _zone = new("web.far.example A 127.0.0.1");
    private readonly MemorySpool _spool = new();
    private readonly PolicyHost _web = new(Authority.Issue("web.far.example"));
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();
    private readonly TlsResults _results;
    private readonly TlsReporter _reporter;
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "mail.node.example");

    public TlsReporterTests()
    {
        var log = new MailLog(NullLogger<MailLog>.Instance);
        var dialer = new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System);
        _results = new TlsResults(_rig.Accounts, () => true, _rig.Time);
        _reporter = new TlsReporter(
            _results,
            _rig.Accounts,
            _zone,
            _spool,
            new MessageSigner(new DomainSigningKeys(_rig.Keys, log, _rig.Time), log, _rig.Time),
            new ReportPost(dialer, new HostAddresses(_zone, () => true), () => true, TimeProvider.System, Authority.Trust()),
            () => _settings,
            log,
            _rig.Time
        );
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _reporter.Dispose();
        await _web.DisposeAsync();
        await _rig.DisposeAsync();
        _key.Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task By_mail_it_is_signed_comes_from_nobody_and_is_never_reported_itself()
    {
        Sign();
        _zone.Add("_smtp._tls.far.example TXT v=TLSRPTv1; rua=mailto:tls@reports.example");
        await CountAsync();
        Assert.Empty(_spool.Accepted);
        await NextDayAsync();
        AcceptedMessage sent = Assert.Single(_spool.Accepted);
        Assert.Equal((null, TlsWish.Optional), (sent.Envelope.Sender, sent.Envelope.Tls));
        EnvelopeRecipient to = Assert.Single(sent.Envelope.Recipients);
        Assert.Equal(("tls@reports.example", DsnNotify.Never), (to.Address.ToString(), to.Dsn.Notify));
        Assert.Contains("d=node.example", Encoding.ASCII.GetString(sent.Envelope.Trace), StringComparison.Ordinal);
        Assert.Contains("TLS-Report-Domain: far.example", Encoding.ASCII.GetString(sent.Content), StringComparison.Ordinal);
        await NextDayAsync();
        Assert.Single(_spool.Accepted);
    }

    [Fact(Timeout = Patience)]
    public async Task Without_a_key_no_mail_is_sent()
    {
        _zone.Add("_smtp._tls.far.example TXT v=TLSRPTv1; rua=mailto:tls@reports.example");
        await CountAsync();
        await NextDayAsync();
        Assert.Empty(_spool.Accepted);
    }

    [Fact(Timeout = Patience)]
    public async Task By_HTTPS_it_is_posted_until_it_is_taken()
    {
        _zone.Add($"_smtp._tls.far.example TXT v=TLSRPTv1; rua=https://web.far.example:{_web.Port}/v1/tlsrpt");
        await CountAsync();
        _web.Answer = "HTTP/1.1 503 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await NextDayAsync();
        Assert.Equal("POST /v1/tlsrpt HTTP/1.1", _web.Asked);
        _web.Answer = "HTTP/1.1 201 yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await _reporter.LookAsync(Ct);
        await _reporter.LookAsync(Ct);
        Assert.Equal(2, _web.Connections);
        Assert.Empty(Due());
    }

    [Fact(Timeout = Patience)]
    public async Task Who_does_not_ask_gets_none_and_nothing_is_kept()
    {
        Sign();
        await CountAsync();
        await NextDayAsync();
        Assert.Empty(_spool.Accepted);
        Assert.Empty(Due());
    }

    [Fact(Timeout = Patience)]
    public async Task DNS_that_does_not_answer_is_asked_again_but_not_for_ever()
    {
        _zone.Add("_smtp._tls.far.example FAILS");
        await CountAsync();
        await NextDayAsync();
        Assert.Single(Due());
        await NextDayAsync();
        Assert.Single(Due());
        await NextDayAsync();
        Assert.Empty(Due());
    }

    /// <summary>What one domain writes costs the others nothing, and is kept no longer than anybody's.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_domain_at_which_it_fails_keeps_no_other_from_its_report()
    {
        Sign();
        _zone.Add("_smtp._tls.far.example TXT v=TLSRPTv1; rua=mailto:tls@reports.example");
        _zone.Delay = _ =>
            _zone.Asked[^1].EndsWith("bad.example", StringComparison.Ordinal)
                ? throw new InvalidOperationException("what nobody has thought of")
                : Task.CompletedTask;
        _results.Note("bad.example", "no-policy-found", "", "mx.bad.example", System.Net.IPAddress.Loopback, null);
        await CountAsync();
        await NextDayAsync();
        Assert.Equal("bad.example", Assert.Single(Due()).Domain);
        Assert.Single(_spool.Accepted);
        await NextDayAsync();
        await NextDayAsync();
        Assert.Empty(Due());
    }

    [Fact(Timeout = Patience)]
    public async Task Who_has_taken_it_gets_it_once_although_another_of_its_addresses_fails()
    {
        Sign();
        _zone.Add($"_smtp._tls.far.example TXT v=TLSRPTv1; rua=https://web.far.example:{_web.Port}/a,mailto:tls@reports.example");
        _spool.FaultOfCommits = new InvalidOperationException("what nobody has thought of");
        _web.Answer = "HTTP/1.1 201 yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await CountAsync();
        await NextDayAsync();
        await _reporter.LookAsync(Ct);
        Assert.Equal(1, _web.Connections);
        Assert.Empty(Due());
    }

    /// <summary>RFC 8460 §4.1.</summary>
    [Fact(Timeout = Patience)]
    public async Task Reports_of_a_day_leave_one_by_one_in_the_first_hours_of_the_next()
    {
        Sign();
        string[] domains = [.. Enumerable.Range(0, 40).Select(i => $"d{i}.example")];
        foreach (string domain in domains)
        {
            _zone.Add($"_smtp._tls.{domain} TXT v=TLSRPTv1; rua=mailto:tls@reports.example");
            _results.Note(domain, "no-policy-found", "", "mx.far.example", System.Net.IPAddress.Loopback, null);
        }

        await CountAsync();
        _rig.Time.Advance(TimeSpan.FromDays(1) - _rig.Time.GetUtcNow().TimeOfDay);
        await _reporter.LookAsync(Ct);
        Assert.True(_spool.Accepted.Count < domains.Length / 2);
        _rig.Time.Advance(TlsReporter.LongestDelay / 2);
        await _reporter.LookAsync(Ct);
        Assert.InRange(_spool.Accepted.Count, domains.Length / 4, domains.Length - 4);
        _rig.Time.Advance(TlsReporter.LongestDelay / 2);
        await _reporter.LookAsync(Ct);
        Assert.Equal(domains.Length, _spool.Accepted.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task Turned_off_nothing_is_sent()
    {
        Sign();
        _zone.Add("_smtp._tls.far.example TXT v=TLSRPTv1; rua=mailto:tls@reports.example");
        await CountAsync();
        _settings = _settings with { Packetboat = _settings.Packetboat with { TlsReports = false } };
        await NextDayAsync();
        Assert.Empty(_spool.Accepted);
        Assert.Empty(Due());
    }

    private void Sign() => _rig.Keys.Use(_rig.Keys.Add("node.example", "s", _key));

    private IReadOnlyList<(DateOnly Day, string Domain)> Due() => _rig.Accounts.ListDue(DateOnly.MaxValue);

    private async Task CountAsync()
    {
        _results.Note("far.example", "no-policy-found", "", "mx.far.example", System.Net.IPAddress.Loopback, null);
        await _reporter.LookAsync(Ct);
        // What is owed to the disk is there when something else is.
        await _rig.Accounts.ForgetTokenAsync("nothing", Ct);
    }

    private async Task NextDayAsync()
    {
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await _reporter.LookAsync(Ct);
    }
}
