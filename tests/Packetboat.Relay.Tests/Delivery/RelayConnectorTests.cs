using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

public sealed class RelayConnectorTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Password = "nodepw77";

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedServer _hub = new() { Extensions = ["AUTH PLAIN LOGIN CRAM-MD5", "OK"] };
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_named_in_the_settings_or_signed_by_one_is_trusted(bool authority)
    {
        Trust(authority ? TestCertificates.AuthorityPem : TestCertificates.ServerPem);
        _hub.Certificate = TestCertificates.Server;

        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await using (ready.Session)
            Assert.Matches("^TLS 1\\.[23] verified, AUTH PLAIN as MYBBS$", ready.Security);
        Assert.DoesNotContain("AUTH", _hub.InClear, StringComparison.Ordinal);
        Assert.Contains("AUTH PLAIN", _hub.UnderTls, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_nobody_vouches_for_parks_and_no_password_leaves()
    {
        _hub.Certificate = TestCertificates.Server;

        var parked = Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        Assert.Contains("so RelayPassword was not sent", parked.Reason, StringComparison.Ordinal);
        Assert.Contains("SHA-256", parked.Reason, StringComparison.Ordinal);
        AssertNoCredentials();
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_file_that_cannot_be_read_parks_like_any_wrong_setting()
    {
        _hub.Certificate = TestCertificates.Server;
        _settings = With(ours => ours with { RelayCertificateFile = "/nowhere/hub.pem" });

        var parked = Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        Assert.Contains("/nowhere/hub.pem cannot be read", parked.Reason, StringComparison.Ordinal);
        AssertNoCredentials();
    }

    [Fact(Timeout = Patience)]
    public async Task Without_TLS_no_password_leaves()
    {
        var parked = Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        Assert.StartsWith("the relay offers no TLS, so RelayPassword was not sent", parked.Reason, StringComparison.Ordinal);
        AssertNoCredentials();
    }

    [Fact(Timeout = Patience)]
    public async Task STARTTLS_that_is_refused_is_no_TLS()
    {
        _hub.Extensions = ["STARTTLS", "AUTH PLAIN"];
        _hub.Answer = line => line == "STARTTLS" ? "454 4.7.0 not now" : null;

        Assert.IsType<Connection.Misconfigured>(await ConnectAsync());
        AssertNoCredentials();
    }

    [Fact(Timeout = Patience)]
    public async Task Who_trusts_the_way_may_sign_in_in_the_clear()
    {
        _settings = With(ours => ours with { RelayTrustedInClear = true });

        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync());
        await ready.Session.DisposeAsync();
        Assert.Equal("in clear, AUTH PLAIN as MYBBS", ready.Security);
        Assert.Contains($"AUTH PLAIN {Secret}", _hub.InClear, StringComparison.Ordinal);
    }

    /// <summary>
    /// It may be mail that its own servers would have got over verified TLS only, and a refusal that somebody forged sent it around.
    /// </summary>
    [Fact(Timeout = Patience)]
    public async Task What_goes_around_its_own_servers_goes_over_verified_TLS_also_without_a_sign_in()
    {
        Route.Relay usual = RouteTo(RelayMechanism.None, implicitTls: false);
        var around = new Route.Relay(usual.Settings) { IsDetour = true };
        var parked = Assert.IsType<Connection.Misconfigured>(await Connector().ConnectAsync(around, Ct));
        Assert.StartsWith(
            "the relay offers no TLS, so mail that goes around a provider was not sent;",
            parked.Reason,
            StringComparison.Ordinal
        );

        await Assert.IsType<Connection.Ready>(await Connector().ConnectAsync(usual, Ct)).Session.DisposeAsync();
        _settings = With(ours => ours with { RelayTrustedInClear = true });
        await Assert.IsType<Connection.Ready>(await Connector().ConnectAsync(around, Ct)).Session.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Who_trusts_the_way_to_RelayServer_has_said_nothing_of_the_way_to_another_relay()
    {
        _settings = With(ours => ours with { RelayTrustedInClear = true });
        Route.Relay usual = RouteTo(RelayMechanism.Plain, implicitTls: false);
        var other = new Route.Relay(usual.Settings with { Rule = "gateway" });

        var parked = Assert.IsType<Connection.Misconfigured>(await Connector().ConnectAsync(other, Ct));
        Assert.Contains("write Tls=any in [Route:gateway]", parked.Reason, StringComparison.Ordinal);
        AssertNoCredentials();
    }

    [Fact(Timeout = Patience)]
    public async Task A_port_that_begins_with_TLS_is_met_with_TLS()
    {
        Trust(TestCertificates.ServerPem);
        (_hub.Certificate, _hub.ImplicitTls) = (TestCertificates.Server, true);

        var ready = Assert.IsType<Connection.Ready>(await ConnectAsync(implicitTls: true));
        await ready.Session.DisposeAsync();
        Assert.Empty(_hub.InClear);
    }

    [Fact(Timeout = Patience)]
    public async Task An_unverified_certificate_on_such_a_port_parks_too()
    {
        (_hub.Certificate, _hub.ImplicitTls) = (TestCertificates.Server, true);

        Assert.IsType<Connection.Misconfigured>(await ConnectAsync(implicitTls: true));
        AssertNoCredentials();
    }

    [Theory(Timeout = Patience)]
    [InlineData("535 5.7.8 wrong", true)]
    [InlineData("454 4.7.0 later", false)]
    [InlineData("421 4.3.2 busy!", false)]
    public async Task Only_a_final_refusal_of_the_password_parks(string reply, bool parks)
    {
        _settings = With(ours => ours with { RelayTrustedInClear = true });
        _hub.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? reply : null;

        Connection connection = await ConnectAsync();
        Assert.Equal(parks, connection is Connection.Misconfigured);
        Assert.Equal(!parks, connection is Connection.Unreachable { FromPeer: true });
    }

    [Theory(Timeout = Patience)]
    [InlineData("554 5.7.1 not you", true)]
    [InlineData("421 4.3.2 busy", false)]
    public async Task Only_a_final_refusal_at_the_greeting_parks(string greeting, bool parks)
    {
        _hub.Greeting = greeting;
        Assert.Equal(parks, await ConnectAsync() is Connection.Misconfigured);
    }

    [Theory(Timeout = Patience)]
    [InlineData(RelayMechanism.Plain, "AUTH PLAIN ")]
    [InlineData(RelayMechanism.Login, "AUTH LOGIN")]
    [InlineData(RelayMechanism.CramMd5, "AUTH CRAM-MD5")]
    [InlineData(RelayMechanism.Strongest, "AUTH PLAIN ")]
    public async Task The_mechanism_is_the_one_of_the_flag_or_the_strongest(RelayMechanism mechanism, string command)
    {
        Trust(TestCertificates.ServerPem);
        _hub.Certificate = TestCertificates.Server;
        _hub.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 enough" : null;

        await ConnectAsync(mechanism);
        Assert.StartsWith(
            command,
            _hub.Lines.Single(line => line.StartsWith("AUTH", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
    }

    [Theory(Timeout = Patience)]
    [InlineData("AUTH PLAIN SCRAM-SHA-256", "AUTH SCRAM-SHA-256 ")]
    [InlineData("AUTH PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "AUTH SCRAM-SHA-256-PLUS ")]
    [InlineData("AUTH PLAIN LOGIN", null)]
    public async Task Who_names_SCRAM_signs_in_by_it_with_the_channel_where_both_can_or_not_at_all(
        string offered,
        string? command
    )
    {
        Trust(TestCertificates.ServerPem);
        _hub.Certificate = TestCertificates.Server;
        _hub.Extensions = [offered];
        _hub.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 enough" : null;

        var parked = Assert.IsType<Connection.Misconfigured>(await ConnectAsync(RelayMechanism.ScramSha256));
        string? said = _hub.Lines.SingleOrDefault(line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Equal(command is null, said is null);
        Assert.StartsWith(command ?? "", said ?? "", StringComparison.Ordinal);
        Assert.Equal(command is null, parked.Reason.StartsWith("the relay offers no SCRAM-SHA-256", StringComparison.Ordinal));
    }

    [Theory(Timeout = Patience)]
    [InlineData("MYBBS", "AUTH EXTERNAL TVlCQlM=", " as MYBBS")]
    [InlineData("", "AUTH EXTERNAL =", "")]
    public async Task Who_signs_in_by_a_certificate_shows_it_and_says_no_password(string name, string command, string asWhom)
    {
        Trust(TestCertificates.ServerPem);
        (_hub.Certificate, _hub.AsksForCertificate, _hub.Extensions) = (TestCertificates.Server, true, ["AUTH PLAIN EXTERNAL"]);

        var ready = Assert.IsType<Connection.Ready>(await Connector().ConnectAsync(WithCertificate(name), Ct));
        await ready.Session.DisposeAsync();

        Assert.EndsWith($"verified, AUTH EXTERNAL{asWhom}", ready.Security, StringComparison.Ordinal);
        Assert.Equal("CN=a node", _hub.ShownSubject);
        Assert.Contains(command, _hub.Lines);
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_the_relay_does_not_know_parks_and_says_so()
    {
        Trust(TestCertificates.ServerPem);
        (_hub.Certificate, _hub.AsksForCertificate) = (TestCertificates.Server, true);

        var unknown = Assert.IsType<Connection.Misconfigured>(await Connector().ConnectAsync(WithCertificate("MYBBS"), Ct));
        Assert.StartsWith(
            "the relay offers no sign-in by a certificate (EXTERNAL): it does not know the key in Certificate of [Route:hub]",
            unknown.Reason,
            StringComparison.Ordinal
        );

        _hub.Extensions = ["AUTH EXTERNAL"];
        _hub.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null;
        var refused = Assert.IsType<Connection.Misconfigured>(await Connector().ConnectAsync(WithCertificate("MYBBS"), Ct));
        Assert.Equal("the relay refuses Certificate of [Route:hub] as MYBBS: 535 5.7.8 no", refused.Reason);
    }

    /// <summary>As Tls=any of the section would let it go.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(
        RelayMechanism.External,
        RelayTls.Any,
        "the relay offers no TLS, and only there Certificate of [Route:hub] can be shown"
    )]
    [InlineData(
        RelayMechanism.External,
        RelayTls.Credentials,
        "the relay offers no TLS, and [Route:hub] demands it, so nothing was sent"
    )]
    [InlineData(
        RelayMechanism.None,
        RelayTls.Credentials,
        "the relay offers no TLS, and [Route:hub] demands it, so nothing was sent"
    )]
    [InlineData(RelayMechanism.None, RelayTls.Any, null)]
    public async Task Who_is_let_in_by_a_certificate_sends_nothing_where_it_cannot_be_shown(
        RelayMechanism mechanism,
        RelayTls tls,
        string? reason
    )
    {
        _hub.Extensions = ["AUTH PLAIN EXTERNAL"];
        Route.Relay route = WithCertificate("MYBBS");

        Connection connection = await Connector()
            .ConnectAsync(new Route.Relay(route.Settings with { Mechanism = mechanism, Tls = tls }), Ct);

        if (connection is Connection.Ready ready)
            await ready.Session.DisposeAsync();
        Assert.StartsWith(reason ?? "", (connection as Connection.Misconfigured)?.Reason ?? "", StringComparison.Ordinal);
        Assert.Equal(reason is null, connection is Connection.Ready);
        AssertNoCredentials();
    }

    /// <summary>A relay that does not take it may just hang up.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(20, false)]
    [InlineData(20, true)]
    [InlineData(-1, false)]
    [InlineData(-1, true)]
    public async Task Where_a_relay_breaks_off_when_it_is_shown_a_certificate_that_is_said_and_one_that_has_ended_parks(
        int days,
        bool implicitTls
    )
    {
        Trust(TestCertificates.ServerPem);
        (_hub.Certificate, _hub.AsksForCertificate, _hub.TakesCertificates) = (TestCertificates.Server, true, false);
        _hub.ImplicitTls = implicitTls;
        RelaySettings relay = WithCertificate("MYBBS", days).Settings with { ImplicitTls = implicitTls };

        Connection connection = await Connector().ConnectAsync(new Route.Relay(relay), Ct);

        string said = connection is Connection.Misconfigured parked
            ? parked.Reason
            : ((Connection.Unreachable)connection).Reply.Text;
        Assert.Equal(days < 0, connection is Connection.Misconfigured);
        Assert.Contains(
            days < 0 ? "shown Certificate of [Route:hub], which has ended: " : ", when Certificate of [Route:hub] was shown",
            said,
            StringComparison.Ordinal
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_cannot_be_read_parks_before_anybody_is_called()
    {
        Route.Relay route = WithCertificate("MYBBS");
        await File.WriteAllTextAsync(route.Settings.Certificate!.KeyFile, "no key", Ct);

        var parked = Assert.IsType<Connection.Misconfigured>(await Connector().ConnectAsync(route, Ct));

        Assert.StartsWith("Certificate of [Route:hub]: ", parked.Reason, StringComparison.Ordinal);
        Assert.Contains("not a usable certificate and key", parked.Reason, StringComparison.Ordinal);
        Assert.Equal(0, _hub.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_knows_its_clients_by_their_certificate_alone_is_shown_it_without_a_sign_in()
    {
        Trust(TestCertificates.ServerPem);
        (_hub.Certificate, _hub.AsksForCertificate) = (TestCertificates.Server, true);
        Route.Relay route = WithCertificate("");
        var shownOnly = new Route.Relay(route.Settings with { Mechanism = RelayMechanism.None });

        await Assert.IsType<Connection.Ready>(await Connector().ConnectAsync(shownOnly, Ct)).Session.DisposeAsync();

        Assert.Equal("CN=a node", _hub.ShownSubject);
        Assert.DoesNotContain("AUTH", _hub.UnderTls, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_hub_that_does_not_relay_for_us_parks_and_returns_nothing()
    {
        // As Synchronet does it: no PIPELINING, LOGIN in two steps, a closing OK, and it hangs up on the command after the refusal.
        _settings = With(ours => ours with { RelayTrustedInClear = true });
        _hub.Extensions = ["AUTH PLAIN LOGIN CRAM-MD5", "SEND", "SOML", "SAML", "8BITMIME", "SIZE 20971520", "OK"];
        int step = 0;
        _hub.Answer = line =>
            line == "AUTH LOGIN" ? "334 VXNlcm5hbWU6"
            : line == Convert.ToBase64String("MYBBS"u8) ? "334 UGFzc3dvcmQ6"
            : line == Convert.ToBase64String(Encoding.ASCII.GetBytes(Password)) ? "235 User Authenticated"
            : line.StartsWith("RCPT", StringComparison.Ordinal) && Interlocked.Increment(ref step) > 0 ? "550 Relay not allowed."
            : step > 0 ? ""
            : null;

        Attempt attempt = await DeliverAsync(RelayMechanism.Login);
        Assert.Equal("the relay refuses us: 550 Relay not allowed.", Assert.IsType<RouteHealth.Parked>(attempt.Health).Reason);
        Assert.Empty(attempt.Recipients);
        Assert.Equal([0], attempt.Untried.Select(to => to.Number));
    }

    [Theory(Timeout = Patience)]
    [InlineData(true, true, "")]
    [InlineData(true, false, "5.7.30")]
    [InlineData(false, true, "5.7.10")]
    public async Task Mail_that_must_be_secure_goes_through_a_relay_that_is_verified_and_promises_it(
        bool isVerified,
        bool promises,
        string refusal
    )
    {
        if (isVerified)
            Trust(TestCertificates.ServerPem);
        _settings = With(ours => ours with { RelayTrustedInClear = true });
        _hub.Certificate = TestCertificates.Server;
        if (promises)
            _hub.Extensions = ["AUTH PLAIN", "REQUIRETLS"];

        Route secure = RouteTo(RelayMechanism.Plain, implicitTls: false).For(TlsWish.Required);
        Connection connection = await Connector().ConnectAsync(secure, Ct);
        if (connection is Connection.Ready ready)
            await ready.Session.DisposeAsync();
        Assert.Equal(refusal, connection is Connection.Impossible { Reply.Enhanced: var code } ? code : "");
        Assert.Equal(refusal.Length == 0, connection is Connection.Ready { MayRequireTls: true });
        Assert.Equal(refusal.Length > 0, !_hub.UnderTls.Contains("AUTH", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_at_the_port_is_a_relay_that_is_down()
    {
        await _hub.DisposeAsync();
        var down = Assert.IsType<Connection.Unreachable>(await ConnectAsync());
        Assert.Equal("421 4.4.1 no connection: connection refused", down.Reply.ToString());
    }

    private static string Secret => Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0MYBBS\0{Password}"));

    private void AssertNoCredentials()
    {
        string all = _hub.InClear + _hub.UnderTls;
        Assert.DoesNotContain("AUTH", all, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, all, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
    }

    private void Trust(string pem)
    {
        string file = _folder.File("hub.pem");
        File.WriteAllText(file, pem);
        _settings = With(ours => ours with { RelayCertificateFile = file });
    }

    private Settings With(Func<PacketboatSettings, PacketboatSettings> change) =>
        _settings with
        {
            Packetboat = change(_settings.Packetboat),
        };

    private async Task<Connection> ConnectAsync(RelayMechanism mechanism = RelayMechanism.Plain, bool implicitTls = false) =>
        await Connector().ConnectAsync(RouteTo(mechanism, implicitTls), Ct);

    private async Task<Attempt> DeliverAsync(RelayMechanism mechanism)
    {
        Route route = RouteTo(mechanism, implicitTls: false);
        await using var courier = new Courier(route, Connector(), store: null!, TimeProvider.System);
        var item = new DeliveryItem(
            TestMail.Message(1),
            [TestMail.Recipient(0, "joe@far.example")],
            route.Name,
            HeldContent.Of(TestMail.Content)
        );
        return await courier.DeliverAsync(item, Ct);
    }

    private Route.Relay RouteTo(RelayMechanism mechanism, bool implicitTls) =>
        new(new RelaySettings("127.0.0.1", _hub.Port, implicitTls, "MYBBS", new Secret(Password), mechanism));

    private Route.Relay WithCertificate(string name, int days = 20)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a node", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-90), now.AddDays(days));
        var files = new ClientCertificate(_folder.File("client.pem"), _folder.File("client.key"));
        File.WriteAllText(files.File, made.ExportCertificatePem());
        File.WriteAllText(files.KeyFile, key.ExportPkcs8PrivateKeyPem());
        return new Route.Relay(
            RouteTo(RelayMechanism.External, implicitTls: false).Settings with
            {
                Rule = "hub",
                Username = name,
                Password = default,
                Certificate = files,
            }
        );
    }

    private RelayConnector Connector()
    {
        var dialer = new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System);
        return new RelayConnector(dialer, new HostAddresses(new FakeResolver(), () => true), () => _settings);
    }
}
