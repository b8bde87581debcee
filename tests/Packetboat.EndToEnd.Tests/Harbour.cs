using System.Net;
using Microsoft.Extensions.Logging;
using Packetboat.Demo;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.EndToEnd.Tests;

/// <summary>A hub that delivers to a stand-in Internet, and spokes with whatever settings a test wants. All on loopback, in one folder.</summary>
internal sealed class Harbour : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pb-").FullName;
    private readonly ILoggerFactory _loggers;
    private readonly List<IAsyncDisposable> _open = [];
    private int _nodes;

    private Harbour(EventWatch log)
    {
        Log = log;
        _loggers = log.Factory();
    }

    public const string HubName = "hub.example";
    public const string Account = "MYBBS";

    public EventWatch Log { get; }

    public ZoneServer Dns { get; private set; } = null!;

    public DemoExchange Exchange { get; private set; } = null!;

    public DemoNode Hub { get; private set; } = null!;

    public string Password { get; private set; } = "";

    public int ExchangePort { get; private set; }

    public string HubCertificate => Composition.CertificateFiles(Hub.Settings).Certificate;

    /// <summary>Where nodes join, when the harbour was opened with enrolment.</summary>
    public string HubUrl => $"https://127.0.0.1:{Hub.Settings.Packetboat.EnrolmentPort}";

    public int HubPort => Hub.Settings.Mail.SubmissionPort;

    /// <param name="enrolment">Lines of the hub's section <c>[Enrolment]</c>; null: it takes nobody in.</param>
    /// <param name="arrival">Lines of the hub's section <c>[Arrival]</c>: nothing is checked, unless a test is about that.</param>
    /// <param name="hubClock">Of the hub; null: the system's.</param>
    public static async Task<Harbour> OpenAsync(
        string? enrolment = null,
        string arrival = "CheckPatience = 0",
        TimeProvider? hubClock = null
    )
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        var harbour = new Harbour(new EventWatch());
        int[] ports = FreePorts.Find(4);
        harbour.ExchangePort = ports[2];
        harbour.Dns = harbour.Keep(
            new ZoneServer(
                new Dictionary<string, ZoneRecord[]>(StringComparer.Ordinal)
                {
                    [HubName] = [ZoneRecord.Address(IPAddress.Loopback)],
                    ["far.example"] = [ZoneRecord.Mx(10, DemoExchange.HostName)],
                    ["bbs.example"] = [ZoneRecord.Mx(10, DemoExchange.HostName), ZoneRecord.Text("v=spf1 -all")],
                    [DemoExchange.HostName] = [ZoneRecord.Address(IPAddress.Loopback)],
                    ["null.example"] = [ZoneRecord.Mx(0, "")],
                },
                ["broken.example"]
            )
        );
        harbour.Exchange = harbour.Keep(
            await DemoExchange.StartAsync(
                Path.Combine(harbour._folder, "far"),
                ports[2],
                harbour._loggers,
                TimeProvider.System,
                ct
            )
        );
        harbour.Hub = await harbour.StartAsync(
            $"""
            [Mail]
            HostName = {HubName}
            Interface = 127.0.0.1
            SMTPPort = {ports[0]}
            SubmissionPort = {ports[1]}
            Options = USE_SUBMISSION_PORT
            DNSServer = {harbour.Dns.Endpoint}
            LoginAttemptDelay = 0
            """,
            $"""
            [Delivery]
            DirectPort = {ports[2]}
            AllowPrivateTargets = true
            [Arrival]
            {arrival}
            {(enrolment is null ? "" : $"[Enrolment]\nEnrolmentPort = {ports[3]}\n{enrolment}")}
            """,
            clock: hubClock
        );
        Result<IssuedPassword> account = await harbour.Hub.Operations.AddAccountAsync(Account, null, false, "", ct);
        await harbour.Hub.Operations.AddDomainAsync(Account, "bbs.example", grant: true, subdomains: true, ct);
        harbour.Password = account.Value!.GeneratedPassword!;
        return harbour;
    }

    /// <summary>A node with the how-to's five lines, and what a test changes in them.</summary>
    public Task<DemoNode> StartSpokeAsync(string? password = null, int? relayPort = null, bool trusted = true) =>
        StartAsync(
            $"""
            [Mail]
            Options = ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN
            RelayServer = {HubName}
            RelayPort = {relayPort ?? HubPort}
            RelayUsername = {Account}
            RelayPassword = {password ?? Password}
            HostName = bbs.example
            Interface = 127.0.0.1
            SMTPPort = {FreePorts.Find(1)[0]}
            DNSServer = {Dns.Endpoint}
            """,
            trusted ? $"[Relay]\nRelayCertificateFile = {HubCertificate}\n" : ""
        );

    /// <summary>A folder for one more installation.</summary>
    public string NewFolder() => Path.Combine(_folder, $"n{_nodes++}");

    /// <param name="sbbsIni">The text of the file.</param>
    /// <param name="packetboatIni">The text of that one.</param>
    /// <param name="others">Other files of the folder <c>ctrl</c>; null: a <c>relay.cfg</c> that trusts this machine.</param>
    /// <param name="clock">Of this machine; null: the system's.</param>
    public async Task<DemoNode> StartAsync(
        string sbbsIni,
        string packetboatIni,
        IReadOnlyDictionary<string, string>? others = null,
        TimeProvider? clock = null
    )
    {
        others ??= new Dictionary<string, string>(StringComparer.Ordinal) { ["relay.cfg"] = "127.0.0.1\n" };
        var files = new Dictionary<string, string>(others, StringComparer.Ordinal)
        {
            ["sbbs.ini"] = sbbsIni + "\n",
            ["packetboat.ini"] = packetboatIni + "\n",
        };
        string folder = NewFolder();
        return Keep(
            await DemoNode.StartAsync(
                folder,
                files,
                _loggers,
                clock ?? TimeProvider.System,
                TestContext.Current.CancellationToken
            )
        );
    }

    /// <summary>Submits to a node's transfer port, as a program on its machine does.</summary>
    public static async Task<SmtpOutcome> SubmitAsync(
        DemoNode node,
        string from,
        string to,
        string text = "Subject: test\r\n\r\nHello\r\n"
    )
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Settings.Mail.SmtpPort, ct);
        await using var session = new SmtpClientSession(client.GetStream(), SmtpClientTimeouts.Default, TimeProvider.System);
        await session.GreetAsync(ct);
        await session.HelloAsync("desk.bbs.example", extensionsNeeded: false, ct);
        TransactionOutcome outcome = await session.SendAsync(
            new SmtpTransaction
            {
                Sender = from.Length == 0 ? null : MailAddress.Parse(from),
                Recipients = [new SmtpRecipient(MailAddress.Parse(to))],
            },
            new BufferedContent(System.Text.Encoding.UTF8.GetBytes(text)),
            ct
        );
        await session.QuitAsync(ct);
        return outcome.Recipients[0].Outcome;
    }

    /// <summary>Waits until what was filed before is on the disk: the store writes in order, and this asks it to write nothing.</summary>
    public static Task SettledAsync(DemoNode node) =>
        node.Operations.ChangeQueueAsync(
            new QueueSelection(Id: "0000000000"),
            QueueAction.Hold,
            "",
            TestContext.Current.CancellationToken
        );

    public Task<DemoExchange.Letter> NextLetterAsync() =>
        Exchange.Letters.ReadAsync(TestContext.Current.CancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        for (int i = _open.Count - 1; i >= 0; i--)
            await _open[i].DisposeAsync();
        _loggers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private T Keep<T>(T opened)
        where T : IAsyncDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
