using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>A relay that is shown a token instead of a password.</summary>
public sealed class TokenRelayTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Expired = "334 eyJzdGF0dXMiOiI0MDEifQ==";

    private readonly TemporaryFolder _folder = new();
    private readonly TokenRig _rig = new();
    private readonly ScriptedServer _relay = new() { Extensions = ["AUTH XOAUTH2"], Certificate = TestCertificates.Server };
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    public TokenRelayTests()
    {
        string file = _folder.File("relay.pem");
        File.WriteAllText(file, TestCertificates.ServerPem);
        _settings = _settings with { Packetboat = _settings.Packetboat with { RelayCertificateFile = file } };
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _rig.DisposeAsync();
        _folder.Dispose();
    }

    [Theory(Timeout = Patience)]
    [InlineData("AUTH XOAUTH2", "XOAUTH2", "user=me@far.example^auth=Bearer a1^^")]
    [InlineData("AUTH XOAUTH2 OAUTHBEARER", "OAUTHBEARER", "n,a=me@far.example,^host=127.0.0.1^port=PORT^auth=Bearer a1^^")]
    public async Task The_token_is_shown_as_the_relay_offers_it(string offer, string mechanism, string message)
    {
        _relay.Extensions = [offer];
        await _rig.SignInAsync(Ct);
        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        Assert.EndsWith($"verified, AUTH {mechanism} as me@far.example", ready.Security, StringComparison.Ordinal);
        string sent = message.Replace("PORT", $"{_relay.Port}", StringComparison.Ordinal).Replace('^', '\u0001');
        Assert.Contains($"AUTH {mechanism} {Base64(sent)}", _relay.UnderTls, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH", _relay.InClear, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_ended_too_early_is_renewed_in_the_middle_and_shown_again()
    {
        await _rig.SignInAsync(Ct);
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        Refuse("a1");
        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        Assert.Equal(1, _relay.Connections);
        Assert.Equal("a2", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_hangs_up_with_its_refusal_is_shown_the_new_one_on_a_connection_of_its_own()
    {
        await _rig.SignInAsync(Ct);
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        Refuse("a1", "535 5.7.8 no!");
        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        Assert.Equal((2, 2), (_relay.Connections, _rig.Issuer.Asked.Count));
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_hangs_up_at_every_token_parks_the_route_and_uses_up_no_more_of_them()
    {
        await _rig.SignInAsync(Ct);
        await _rig.GetAsync(Ct);
        _relay.Answer = line =>
            line.StartsWith("AUTH", StringComparison.Ordinal) ? Expired
            : line.Length == 0 ? "535 5.7.8 no!"
            : null;
        for (int attempt = 0; attempt < 3; attempt++)
            Assert.EndsWith(
                "with the token office: 535 5.7.8 no",
                Assert.IsType<Connection.Misconfigured>(await ConnectAsync()).Reason,
                StringComparison.Ordinal
            );
        Assert.Equal(2, _rig.Issuer.Asked.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_was_taken_may_be_renewed_again_when_it_is_refused_later()
    {
        await _rig.SignInAsync(Ct);
        await _rig.GetAsync(Ct);
        foreach (string refused in (string[])["a1", "a2"])
        {
            Refuse(refused);
            await Assert.IsType<Connection.Ready>(await ConnectAsync()).Session.DisposeAsync();
        }

        Assert.Equal("a3", await _rig.GetAsync(Ct));
    }

    /// <summary>Replies are filed, shown, and mailed to senders.</summary>
    [Theory(Timeout = Patience)]
    [InlineData("451 4.3.0 error processing: {0}")]
    [InlineData("535 5.7.8 unrecognized command: {0}, go away")]
    [InlineData("451-4.3.0 no\r\n451 4.3.0 {0}")]
    public async Task A_relay_that_repeats_what_it_was_told_tells_it_to_nobody_else(string reply)
    {
        await _rig.SignInAsync(Ct);
        _relay.Answer = line =>
            line.StartsWith("AUTH", StringComparison.Ordinal)
                ? string.Format(System.Globalization.CultureInfo.InvariantCulture, reply, line)
                : null;
        string filed = await ConnectAsync() switch
        {
            Connection.Unreachable down => down.Reply.ToString(),
            Connection.Misconfigured us => $"{us.Reason} {us.Refusal}",
            var other => other.ToString(),
        };
        Assert.Contains("AUTH XOAUTH2 (secret)", filed, StringComparison.Ordinal);
        Assert.DoesNotContain(Base64("user=me@far")[..8], filed, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_takes_no_new_one_either_parks()
    {
        await _rig.SignInAsync(Ct);
        Refuse("a1");
        var parked = Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        Assert.Equal(
            "the relay refuses Username me@far.example of [Route:all] with the token office: 535 5.7.8 no",
            parked.Reason
        );
        Assert.Single(_rig.Issuer.Asked);
        Cause cause = ReplyTable.Shipped.Classify(
            new RemoteOutcome(DeliveryReplies.NotTried(parked.Reason), FromPeer: false, "")
        );
        Assert.Equal((FailureClass.Account, "own-token-refused"), (cause.Class, cause.Rule));
    }

    [Fact(Timeout = Patience)]
    public async Task Without_a_token_that_works_the_route_parks_and_says_who_must_act()
    {
        var parked = Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        Assert.Equal(
            "the sign-in needs the token office, and nobody has signed in for it: packetboat token sign-in office",
            parked.Reason
        );
        Cause cause = ReplyTable.Shipped.Classify(
            new RemoteOutcome(DeliveryReplies.NotTried(parked.Reason), FromPeer: false, "")
        );
        Assert.Equal((FailureClass.Account, "own-token"), (cause.Class, cause.Rule));
    }

    [Fact(Timeout = Patience)]
    public async Task An_authorization_server_that_is_down_parks_nothing()
    {
        await _rig.SignInAsync(Ct);
        _rig.Issuer.Answer = (_, _) => (503, "");
        var down = Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.False(down.FromPeer);
        Assert.Equal("4.7.0", down.Reply.Enhanced);
    }

    [Fact(Timeout = Patience)]
    public async Task In_clear_no_token_leaves_even_where_the_operator_trusts_the_way()
    {
        await _rig.SignInAsync(Ct);
        _relay.Certificate = null;
        _settings = _settings with { Packetboat = _settings.Packetboat with { RelayTrustedInClear = true } };
        Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        Assert.DoesNotContain("AUTH", _relay.InClear + _relay.UnderTls, StringComparison.Ordinal);
        Assert.Empty(_rig.Issuer.Asked);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_has_no_such_mechanism_parks()
    {
        await _rig.SignInAsync(Ct);
        _relay.Extensions = ["AUTH PLAIN LOGIN"];
        Assert.Contains(
            "OAUTHBEARER",
            Assert.IsType<Connection.Misconfigured>(await ConnectAsync()).Reason,
            StringComparison.Ordinal
        );
    }

    private void Refuse(string token, string words = "535 5.7.8 no")
    {
        string refused = $"AUTH XOAUTH2 {Base64($"user=me@far.example\u0001auth=Bearer {token}\u0001\u0001")}";
        _relay.Answer = line =>
            line == refused ? Expired
            : line.Length == 0 ? words
            : null;
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(text));

    private async Task<Connection> ConnectAsync()
    {
        var relay = new RelaySettings("127.0.0.1", _relay.Port, false, "me@far.example", default, RelayMechanism.Token)
        {
            Rule = "all",
            Token = _rig.Token,
        };
        var dialer = new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System);
        var connector = new RelayConnector(
            dialer,
            new HostAddresses(new FakeResolver(), () => true),
            () => _settings,
            _rig.Keeper
        );
        return await connector.ConnectAsync(new Route.Relay(relay), Ct);
    }
}
