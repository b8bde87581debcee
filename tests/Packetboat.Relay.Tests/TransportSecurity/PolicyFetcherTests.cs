using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Tests.Alarms;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>A policy comes from the domain's own web server, whose certificate holds, or not at all.</summary>
public sealed class PolicyFetcherTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Policy = "version: STSv1\nmode: enforce\nmx: mx.far.example\nmax_age: 86400\n";

    private static readonly TestAuthority Authority = new("an authority of the web");

    private readonly PolicyHost _web = new(Authority.Issue("mta-sts.far.example"));
    private readonly ZoneResolver _zone = new("mta-sts.far.example A 127.0.0.1");
    private string _result = "";

    private StrangerClocks? _clocks;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task It_is_read_from_the_well_known_place()
    {
        _web.Answer = Answer("200 OK", "text/plain; charset=utf-8", Policy);
        Assert.Equal((Policy, ""), await FetchAsync());
        Assert.Equal("GET /.well-known/mta-sts.txt HTTP/1.1", _web.Asked);
    }

    [Theory(Timeout = Patience)]
    [InlineData("mta-sts.near.example", 20)]
    [InlineData("mta-sts.far.example", -1)]
    public async Task A_certificate_for_another_name_or_that_has_expired_is_no_domain_s(string host, int days)
    {
        _web.Certificate = Authority.Issue(host, days);
        _web.Answer = Answer("200 OK", "text/plain", Policy);
        Assert.Null((await FetchAsync()).Text);
        Assert.Equal("", _web.Asked);
        Assert.Equal("sts-webpki-invalid", _result);
    }

    /// <summary>RFC 8461 §3.3.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_name_in_the_subject_alone_does_not_count()
    {
        _web.Certificate = Authority.Issue("mta-sts.far.example", isNamed: false);
        _web.Answer = Answer("200 OK", "text/plain", Policy);
        Assert.Null((await FetchAsync()).Text);
        Assert.Equal(("", "sts-webpki-invalid"), (_web.Asked, _result));
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_nobody_vouches_for_is_no_domain_s()
    {
        _web.Certificate = new TestAuthority("an authority of the web").Issue("mta-sts.far.example");
        _web.Answer = Answer("200 OK", "text/plain", Policy);
        Assert.Null((await FetchAsync()).Text);
        Assert.Equal("", _web.Asked);
        Assert.Equal("sts-webpki-invalid", _result);
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_is_followed_elsewhere()
    {
        _web.Answer = $"HTTP/1.1 302 Found\r\nLocation: https://mta-sts.far.example:{_web.Port}/x\r\nContent-Length: 0\r\n\r\n";
        Assert.Equal((null, "mta-sts.far.example answers 302"), await FetchAsync());
        Assert.Equal("sts-policy-fetch-error", _result);
        Assert.Equal(1, _web.Connections);
    }

    [Theory(Timeout = Patience)]
    [InlineData("", true)]
    [InlineData("Age: 1200\r\n", false)] // a cache has kept it
    [InlineData("Age: 99999999999\r\n", false)]
    public async Task What_time_it_is_there_is_heard(string more, bool isHeard)
    {
        await using ClockRig rig = await ClockRig.OpenAsync();
        _clocks = rig.Clocks;
        _web.Answer = $"HTTP/1.1 404 Not Found\r\nDate: {rig.Theirs:R}\r\n{more}Content-Length: 0\r\n\r\n";

        await FetchAsync();

        Assert.Equal(isHeard, await rig.IsAlarmAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task A_page_is_no_policy()
    {
        _web.Answer = Answer("200 OK", "text/html", Policy);
        Assert.Equal((null, "mta-sts.far.example sends text/html instead of text/plain"), await FetchAsync());
        Assert.Equal("sts-policy-invalid", _result);
    }

    [Theory(Timeout = Patience)]
    [InlineData(MtaStsPolicy.MaxLength, true)]
    [InlineData(MtaStsPolicy.MaxLength + 1, false)]
    public async Task No_more_than_64_KiB_are_read(int length, bool isRead)
    {
        _web.Answer = Answer("200 OK", "text/plain", new string('x', length));
        (string? text, string fault) = await FetchAsync();
        Assert.Equal(isRead ? (length, "") : (null, "the policy is larger than 64 KiB"), ((int?)text?.Length, fault));
    }

    [Fact(Timeout = Patience)]
    public async Task A_domain_cannot_make_us_call_our_own_network()
    {
        _web.Answer = Answer("200 OK", "text/plain", Policy);
        (string? text, string fault) = await FetchAsync(mayBePrivate: false);
        Assert.Null(text);
        Assert.Equal("mta-sts.far.example has only loopback or private addresses", fault);
        Assert.Equal(0, _web.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_that_does_not_exist_has_none()
    {
        (string? text, string fault) = await FetchAsync(domain: "near.example");
        Assert.Null(text);
        Assert.Equal("mta-sts.near.example was not found: it has no address", fault);
    }

    private static string Answer(string status, string type, string body) =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private async Task<(string? Text, string Fault)> FetchAsync(string domain = "far.example", bool mayBePrivate = true)
    {
        using var fetcher = new PolicyFetcher(
            new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System),
            new HostAddresses(_zone, () => true),
            () => mayBePrivate,
            TimeProvider.System,
            Authority.Trust(),
            _web.Port,
            _clocks
        );
        FetchedPolicy answer = await fetcher.FetchAsync(domain, Ct);
        _result = answer.Result;
        return (answer.Text, answer.Fault);
    }
}
