using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Tests.TlsReports;
using Packetboat.Relay.TlsReports;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>
/// far.example with one server, mx.far.example on loopback, and the way there as our server takes it: its resolver says what a test writes
/// into the zone, and one authority is believed.
/// </summary>
internal sealed class TransportRig : IAsyncDisposable
{
    private readonly Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    public TransportRig()
    {
        _settings = _settings with
        {
            Packetboat = _settings.Packetboat with { DirectPort = Server.Port, AllowPrivateTargets = true },
        };
        Store = new MemoryPolicyStore(TimeProvider.System);
        Results = new TlsResults(Counted, () => Reports, Time);
        Zone = new ZoneResolver("far.example MX 10 mx.far.example", "mx.far.example A 127.0.0.1");
    }

    public static TestAuthority Authority { get; } = new("an authority");

    public ScriptedServer Server { get; } = new();

    public ZoneResolver Zone { get; }

    public FakeFetcher Web { get; } = new();

    public MemoryPolicyStore Store { get; }

    public MemoryTlsStore Habits { get; } = new();

    /// <summary>As the memory of TLS has it.</summary>
    public FakeTimeProvider Time { get; } = new(TestMail.Noon);

    public MemoryResultStore Counted { get; } = new();

    public TlsResults Results { get; }

    /// <summary><c>TlsReports</c></summary>
    public bool Reports { get; set; } = true;

    /// <summary>What the sender wants.</summary>
    public TlsWish Wish { get; set; }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>The zone is signed, and says so of the server's certificates.</summary>
    public void Sign(params IEnumerable<string> tlsa)
    {
        Zone.Add("far.example SIGNED");
        Zone.Add("mx.far.example SIGNED");
        foreach (string record in tlsa)
            Zone.Add($"{TlsaName} TLSA {record}");
        Zone.Add($"{TlsaName} SIGNED");
    }

    public string TlsaName => $"_{Server.Port}._tcp.mx.far.example";

    /// <summary>The domain announces a policy, and its web server has it.</summary>
    public void Announce(string mode, string mx = "mx.far.example")
    {
        Zone.Add("_mta-sts.far.example TXT v=STSv1; id=1;");
        Web.Policy = $"version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 86400\n";
    }

    /// <summary>SHA-256 of its key.</summary>
    public static string KeyOf(X509Certificate2 certificate) =>
        Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>One message to joe@far.example.</summary>
    public async Task<Attempt> DeliverAsync(CancellationToken ct, string? sender = "alice@node.example")
    {
        var memory = new TlsMemory(Habits, () => _settings, Time);
        var connector = new DirectConnector(
            new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System),
            Zone,
            new HostAddresses(Zone, () => true),
            () => _settings,
            new Shaper(() => ReplyTable.Shipped, TimeProvider.System),
            Policies.Of(Zone, () => _settings, Web, Store, memory),
            memory,
            TimeProvider.System,
            Authority.Trust(),
            Results
        );
        await using var courier = new Courier(
            new Route.Direct("far.example").For(Wish),
            connector,
            store: null!,
            TimeProvider.System
        );
        var item = new DeliveryItem(
            TestMail.Message(1, sender) with
            {
                Tls = Wish,
            },
            [TestMail.Recipient(0, "joe@far.example")],
            "mx far.example",
            HeldContent.Of(TestMail.Content)
        );
        return await courier.DeliverAsync(item, ct);
    }

    /// <summary>It waits, and for the class that is said; of the message nobody has heard anything in clear.</summary>
    /// <returns>Why, in our words.</returns>
    public async Task<string> RefusedAsync(CancellationToken ct, FailureClass kind = FailureClass.TlsPolicy)
    {
        string why = await WaitsAsync(kind, ct);
        Assert.DoesNotContain("MAIL", Server.InClear + Server.UnderTls, StringComparison.Ordinal);
        // A second call would have been the one in clear.
        Assert.InRange(Server.Connections, 0, 1);
        return why;
    }

    /// <summary>The same, of a server that has had mail before.</summary>
    public async Task<string> WaitsAsync(FailureClass kind, CancellationToken ct)
    {
        string before = Server.InClear;
        Attempt attempt = await DeliverAsync(ct);
        RecipientAttempt joe = Assert.Single(attempt.Recipients);
        Assert.Equal((SmtpVerdict.Temporary, false), (joe.Verdict, joe.FromPeer));
        Cause cause = ReplyTable.Shipped.Classify(new RemoteOutcome(joe.Reply, joe.FromPeer, attempt.Host));
        Assert.Equal(kind, cause.Class);
        Assert.DoesNotContain("MAIL", Server.InClear[before.Length..], StringComparison.Ordinal);
        return joe.Reply.Text;
    }

    /// <summary>It is taken.</summary>
    /// <returns>How safe the way was.</returns>
    public async Task<string> DeliveredAsync(CancellationToken ct)
    {
        Attempt attempt = await DeliverAsync(ct);
        Assert.Equal(SmtpVerdict.Accepted, Assert.Single(attempt.Recipients).Verdict);
        return attempt.Security;
    }
}
