using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>RFC 8628: a code, a browser somewhere else, and patience.</summary>
public sealed class DeviceSignInTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Begun =
        """{"device_code":"dc","user_code":"WDJB-MJHT","verification_uri":"https://login.example/device","expires_in":900,"interval":7}""";

    private readonly LoopIssuer _issuer = new();
    private readonly HastyTime _time = new();
    private readonly AuthorizationServer _server;
    private readonly Queue<(int, string)> _polls = new();
    private string _begun = Begun;
    private readonly FakePerson _person = new();

    public DeviceSignInTests()
    {
        _server = new AuthorizationServer(TimeProvider.System, LoopIssuer.Trust());
        _issuer.Answer = (path, _) => path == "/device" ? (200, _begun) : _polls.Dequeue();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task It_asks_until_the_person_has_signed_in_and_no_faster_than_it_may()
    {
        Poll(400, """{"error":"authorization_pending"}""");
        Poll(400, """{"error":"slow_down"}""");
        Poll(503, "busy");
        Poll(400, """{"error":"authorization_pending"}""");
        Poll(200, """{"access_token":"a","refresh_token":"r","refresh_token_expires_in":3600}""");
        TokenReply reply = (await RunAsync()).Value!;
        Assert.Equal(("r", TimeSpan.FromHours(1)), (reply.RefreshToken.RevealValue(), reply.RefreshLife));
        Assert.Equal("https://login.example/device WDJB-MJHT", _person.TypedIn);
        // RFC 8628 §3.5: five seconds more each time when told, and twice as long after no answer.
        Assert.Equal([7, 7, 12, 24, 24], _time.Waits);
        IReadOnlyDictionary<string, string> asked = _issuer.Asked.Last();
        Assert.Equal(("urn:ietf:params:oauth:grant-type:device_code", "dc"), (asked["grant_type"], asked["device_code"]));
        Assert.Equal("smtp", _issuer.Asked.First()["scope"]);
    }

    /// <summary>Google's answers have a name of their own for the address, and 428 for patience.</summary>
    [Fact(Timeout = Patience)]
    public async Task As_Google_writes_it_it_is_understood_too()
    {
        _begun =
            """{"device_code":"AH-1Ng","user_code":"GQVQ-JKEC","verification_url":"https://www.google.com/device","expires_in":1800,"interval":5}""";
        Poll(428, """{"error":"authorization_pending","error_description":"Precondition Required"}""");
        Poll(403, """{"error":"slow_down","error_description":"Forbidden"}""");
        Poll(
            200,
            """{"access_token":"ya29.a","expires_in":3920,"refresh_token":"1//x","scope":"https://mail.google.com/","token_type":"Bearer"}"""
        );

        Assert.Equal("1//x", (await RunAsync()).Value!.RefreshToken.RevealValue());
        Assert.Equal("https://www.google.com/device GQVQ-JKEC", _person.TypedIn);
    }

    [Theory(Timeout = Patience)]
    [InlineData(400, """{"error":"access_denied"}""", "access_denied")]
    [InlineData(403, """{"error":"access_denied"}""", "access_denied")]
    [InlineData(400, """{"error":"expired_token"}""", "expired_token")]
    [InlineData(410, """{"error":"expired_token"}""", "expired_token")]
    [InlineData(200, """{"access_token":"a"}""", "the answer has no refresh_token; does Scope ask for one (offline_access)?")]
    public async Task What_ends_it_is_said(int status, string json, string reason)
    {
        Poll(status, json);
        Assert.Equal(reason, (await RunAsync()).Refusal!.Reason);
    }

    [Theory(Timeout = Patience)]
    [InlineData("0", 1)]
    [InlineData("0.001", 1)]
    [InlineData("40000", 900)]
    [InlineData("1e8", 900)]
    public async Task It_neither_floods_the_server_nor_outlasts_the_code_whatever_pause_it_is_told(string interval, double waits)
    {
        _begun = Begun.Replace("\"interval\":7", $"\"interval\":{interval}", StringComparison.Ordinal);
        for (int i = 0; i < 900; i++)
            Poll(400, """{"error":"authorization_pending"}""");
        Assert.Equal("nobody has signed in in time", (await RunAsync()).Refusal!.Reason);
        Assert.All(_time.Waits, wait => Assert.Equal(waits, wait));
    }

    [Theory(Timeout = Patience)]
    [InlineData("")]
    [InlineData("http://login.example/device")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_to_an_address_without_https(string address)
    {
        _begun = Begun.Replace("https://login.example/device", address, StringComparison.Ordinal);
        Assert.Contains("no address to sign in at", (await RunAsync()).Refusal!.Reason, StringComparison.Ordinal);
        Assert.Empty(_person.TypedIn);
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_is_waited_for_after_the_code_has_ended()
    {
        for (int i = 0; i < 200; i++)
            Poll(400, """{"error":"authorization_pending"}""");
        Assert.Equal("nobody has signed in in time", (await RunAsync()).Refusal!.Reason);
        Assert.Equal(129, _time.Waits.Count); // of 7 seconds, the last of 4, in 900
    }

    /// <summary>As Google's endpoint does for the scope of mail, and for a client that is registered as a desktop app.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(400, "invalid_scope", "Invalid device flow scope: mail")]
    [InlineData(401, "invalid_client", "Invalid client type.")]
    public async Task Where_the_provider_gives_no_code_for_mail_the_browser_brings_it(int status, string error, string words)
    {
        _issuer.Answer = (path, _) =>
            path == "/device"
                ? (status, $$"""{"error":"{{error}}","error_description":"{{words}}"}""")
                : (200, """{"access_token":"a","refresh_token":"r"}""");
        _person.Bring = () => $"{BrowserSignIn.Return}?state={_person.Fields["state"]}&code=c";

        Assert.Equal("r", (await RunAsync()).Value!.RefreshToken.RevealValue());
        Assert.Equal($"{error} ({words})", _person.WhyNoCode);
        Assert.Empty(_person.TypedIn);
    }

    [Theory(Timeout = Patience)]
    [InlineData("invalid_scope", false)]
    [InlineData("server_error", true)]
    public async Task Where_no_browser_helps_either_the_providers_words_are_said(string error, bool hasBrowser)
    {
        _issuer.Answer = (_, _) => (400, $$"""{"error":"{{error}}"}""");
        TokenSettings token = hasBrowser ? _issuer.Token() : _issuer.Token() with { AuthorizeEndpoint = null };

        Assert.Equal(error, (await RunAsync(token)).Refusal!.Reason);
        Assert.Null(_person.Opened);
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_is_asked_for_a_code_where_there_is_none_or_a_browser_is_wanted(bool isWanted)
    {
        TokenSettings token = isWanted ? _issuer.Token() : _issuer.Token() with { DeviceEndpoint = null };
        Assert.Equal("no address was given", (await RunAsync(token, withBrowser: isWanted)).Refusal!.Reason);
        Assert.Empty(_issuer.Asked);
    }

    [Fact(Timeout = Patience)]
    public async Task Client_credentials_need_nobody()
    {
        Assert.StartsWith(
            "client credentials",
            (await RunAsync(_issuer.Token(TokenGrant.ClientCredentials))).Refusal!.Reason,
            StringComparison.Ordinal
        );
        Assert.Empty(_issuer.Asked);
    }

    private void Poll(int status, string json) => _polls.Enqueue((status, json));

    private Task<Result<TokenReply>> RunAsync(TokenSettings? token = null, bool withBrowser = false) =>
        new TokenSignIn(_server, _time).RunAsync(token ?? _issuer.Token(), _person, withBrowser, Ct);

    /// <summary>Every wait is over at once, and the clock goes on by it.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public List<double> Waits { get; } = [];

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime.TotalSeconds);
            _now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
