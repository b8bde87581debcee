using System.Text;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Relay.Tests.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>
/// Somebody on the way to a server who adds to what it says in the clear ("NO STARTTLS", 2021): under TLS nothing of it is believed, and the
/// password of a relay is said under verified TLS or not at all.
/// </summary>
public sealed class StartTlsInjectionTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Password = "nodepw77";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeResolver _dns = new();
    private readonly ScriptedServer _peer = new()
    {
        Certificate = TestCertificates.Server,
        Extensions = ["DSN", "AUTH CRAM-MD5"],
    };
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    public StartTlsInjectionTests()
    {
        string trusted = _folder.File("hub.pem");
        File.WriteAllText(trusted, TestCertificates.ServerPem);
        _settings = _settings with
        {
            Packetboat = _settings.Packetboat with
            {
                DirectPort = _peer.Port,
                AllowPrivateTargets = true,
                RelayCertificateFile = trusted,
            },
        };
        _dns.Mx["far.example"] = new DnsAnswer<MxRecord>.Found([new MxRecord(10, "mx.far.example")]);
        _dns.Hosts["mx.far.example"] = [System.Net.IPAddress.Loopback];
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Where in the clear it is added.</summary>
    public enum Where
    {
        /// <summary>Before the first EHLO.</summary>
        Greeting,

        /// <summary>Before STARTTLS is said.</summary>
        Hello,

        /// <summary>In one packet with the 220.</summary>
        Agreement,

        /// <summary>After the 220 was read and the handshake begun.</summary>
        Handshake,
    }

    /// <summary>Some are replies to what the client is about to say, some are no replies, and some are half of one.</summary>
    private static readonly string[] Injections =
    [
        "250 injected",
        "220 go",
        "454 4.7.0 no TLS today",
        "502 5.5.1 what is STARTTLS",
        "421 4.3.2 go away",
        "554 5.7.1 no",
        "334 VXNlcm5hbWU6",
        "235 2.7.0 welcome",
        @"250-evil\r\n250-PIPELINING\r\n250-SIZE 10\r\n250-LIMITS RCPTMAX=1\r\n250 AUTH PLAIN LOGIN",
        @"220 go\r\n250-evil\r\n250-PIPELINING\r\n250-SIZE 10\r\n250 AUTH PLAIN LOGIN",
        @"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n235 2.7.0 welcome\r\n250 OK\r\n250 OK\r\n354 go\r\n250 taken",
        @"454 no\r\n235 2.7.0 welcome\r\n250 OK\r\n250 OK\r\n354 go\r\n250 taken",
        @"250-evil\r\n250-AUTH PLAIN",
        "250",
        "",
        @"\r\n\r\n",
        "x",
        @"\x00",
        @"\x16\x03\x03\x00\x01",
        @"\x15\x03\x03\x00\x02\x01\x00",
        "{250 flood\\r\\n*1000}",
    ];

    public static TheoryData<Where, string> Table()
    {
        var table = new TheoryData<Where, string>();
        foreach (Where where in Enum.GetValues<Where>())
        foreach (string injected in Injections)
            if (where != Where.Handshake || injected.Length > 0)
                table.Add(where, injected);
        return table;
    }

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Table))]
    public async Task A_password_is_never_said_in_the_clear_and_no_reply_from_the_clear_counts_as_welcome(
        Where where,
        string injected
    )
    {
        Inject(where, injected);
        _peer.Answer = Unless(line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null);

        Connection connection = await RelayAsync(RelayMechanism.Strongest);

        // The true server turns everybody away: whoever is let in was let in by somebody else.
        Assert.IsNotType<Connection.Ready>(connection);
        Assert.DoesNotContain("AUTH", _peer.InClear, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, _peer.InClear + _peer.UnderTls, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, _peer.InClear + _peer.UnderTls, StringComparison.Ordinal);
        // Only the server itself offers CRAM-MD5, and PLAIN and LOGIN were never offered by it.
        Assert.DoesNotContain("AUTH PLAIN", _peer.UnderTls, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH LOGIN", _peer.UnderTls, StringComparison.Ordinal);
    }

    /// <summary>To a stranger's server mail may go in the clear; then what the server offered in the clear is what counts.</summary>
    [Theory(Timeout = Patience)]
    [MemberData(nameof(Table))]
    public async Task Mail_goes_to_the_server_itself_under_TLS_or_waits_or_goes_in_the_clear(Where where, string injected)
    {
        Inject(where, injected);

        await using Courier courier = DirectCourier();
        Attempt attempt = await courier.DeliverAsync(Item(), Ct);

        RecipientAttempt outcome = Assert.Single(attempt.Recipients);
        if (_peer.UnderTls.Contains("MAIL", StringComparison.Ordinal))
            Assert.Equal((SmtpVerdict.Accepted, true), (outcome.Verdict, attempt.PeerReports));
        // Before TLS was agreed on, the whole conversation may be anyone's; behind it, nothing that was added decides about the mail.
        if (where < Where.Agreement)
            return;
        Assert.NotEqual(SmtpVerdict.Permanent, outcome.Verdict);
        Assert.DoesNotContain("SIZE=", _peer.UnderTls + _peer.InClear, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData(
        "250-mx\\r\\n250-STARTTLS\\r\\n250-AUTH PLAIN LOGIN\\r\\n250 SIZE 1",
        "250-mx\\r\\n250 AUTH CRAM-MD5",
        "AUTH CRAM-MD5"
    )]
    [InlineData("250-mx\\r\\n250-STARTTLS\\r\\n250 AUTH SCRAM-SHA-256", "250-mx\\r\\n250 AUTH PLAIN", "AUTH PLAIN ")]
    [InlineData("250-mx\\r\\n250-STARTTLS\\r\\n250 AUTH PLAIN LOGIN CRAM-MD5", "250 mx", null)]
    [InlineData("250-mx\\r\\n250-STARTTLS\\r\\n250 AUTH PLAIN LOGIN CRAM-MD5", "502 5.5.1 no EHLO", null)]
    public async Task The_mechanism_is_one_that_was_offered_under_TLS(string inClear, string underTls, string? command)
    {
        int hellos = 0;
        _peer.Answer = line =>
            line.StartsWith("EHLO", StringComparison.Ordinal) ? Wire(++hellos == 1 ? inClear : underTls)
            : line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no"
            : null;

        Assert.IsType<Connection.Misconfigured>(await RelayAsync(RelayMechanism.Strongest));
        Assert.Equal(2, hellos);
        string? said = _peer.Lines.SingleOrDefault(line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Equal(command is null, said is null);
        Assert.StartsWith(command ?? "", said ?? "", StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Extensions_that_were_offered_in_the_clear_are_forgotten()
    {
        int hellos = 0;
        _peer.Answer = line =>
            !line.StartsWith("EHLO", StringComparison.Ordinal) ? null
            : ++hellos == 1
                ? Wire(
                    @"250-mx\r\n250-STARTTLS\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-SIZE 7\r\n250 LIMITS RCPTMAX=1 MAILMAX=1"
                )
            : "250 mx";

        var ready = Assert.IsType<Connection.Ready>(await Direct().ConnectAsync(new Route.Direct("far.example"), Ct));
        await using SmtpClientSession session = ready.Session;
        Assert.Equal(PeerExtensions.None, session.Extensions);
        Assert.StartsWith("TLS 1.", ready.Security, StringComparison.Ordinal);
    }

    /// <summary>A server that ends the conversation instead of TLS: nothing more can be said to it, in the clear either.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_421_instead_of_TLS_is_a_peer_that_cannot_be_reached(bool direct)
    {
        _peer.Certificate = null;
        _peer.Extensions = ["STARTTLS", "OK"];
        _peer.Answer = line => line == "STARTTLS" ? "421 4.3.2 busy!" : null;

        Connection connection = direct
            ? await Direct().ConnectAsync(new Route.Direct("far.example"), Ct)
            : await RelayAsync(RelayMechanism.None);

        var unreachable = Assert.IsType<Connection.Unreachable>(connection);
        Assert.Equal(("421 4.3.2 busy", true), (unreachable.Reply.ToString(), unreachable.FromPeer));
    }

    private static string Secret => Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0MYBBS\0{Password}"));

    private static string Wire(string text) => Encoding.Latin1.GetString(WireText.Bytes(text));

    private void Inject(Where where, string injected)
    {
        string behind = "\r\n" + Wire(injected);
        switch (where)
        {
            case Where.Greeting:
                _peer.Greeting += behind;
                break;
            case Where.Hello:
                _injectedHello = "250-mx\r\n250-STARTTLS\r\n250-DSN\r\n250 AUTH CRAM-MD5" + behind;
                _peer.Answer = Unless(_ => null);
                break;
            case Where.Agreement:
                _peer.StartTlsReply += behind;
                break;
            default:
                _peer.InHandshake = Wire(injected);
                break;
        }
    }

    private string? _injectedHello;

    private Func<string, string?> Unless(Func<string, string?> otherwise) =>
        line =>
        {
            if (_injectedHello is not { } hello || !line.StartsWith("EHLO", StringComparison.Ordinal))
                return otherwise(line);
            _injectedHello = null;
            return hello;
        };

    private static Dialer Dialer() => new(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System);

    private HostAddresses Addresses() => new(_dns, () => true);

    private DirectConnector Direct() =>
        new(
            Dialer(),
            _dns,
            Addresses(),
            () => _settings,
            new Shaper(() => ReplyTable.Shipped, TimeProvider.System),
            Policies.Of(_dns, () => _settings),
            Policies.Memory(() => _settings),
            TimeProvider.System
        );

    private Courier DirectCourier() => new(new Route.Direct("far.example"), Direct(), store: null!, TimeProvider.System);

    private async Task<Connection> RelayAsync(RelayMechanism mechanism)
    {
        var relay = new RelaySettings("127.0.0.1", _peer.Port, false, "MYBBS", new Secret(Password), mechanism);
        return await new RelayConnector(Dialer(), Addresses(), () => _settings).ConnectAsync(new Route.Relay(relay), Ct);
    }

    private static DeliveryItem Item() =>
        new(TestMail.Message(1), [TestMail.Recipient(0, "joe@far.example")], "mx far.example", HeldContent.Of(TestMail.Content));
}
