using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Operations;

namespace Packetboat.Demo;

/// <summary>
/// A harbour in a bottle, on loopback and free ports, in one folder: a node whose settings are the how-to's, the hub it relays through,
/// and a name server and a mail exchanger that stand for the Internet.
/// </summary>
internal sealed class DemoWorld : IAsyncDisposable
{
    public const string Account = "MYBBS";
    public const string Sender = "sysop@bbs.example";
    public const string Recipient = "friend@far.example";

    private const string HubName = "hub.example";
    private const string SpokeName = "bbs.example";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly ZoneServer _dns;

    private DemoWorld(string folder, ZoneServer dns, DemoExchange exchange, DemoNode hub, DemoNode spoke, TimeProvider time) =>
        (Folder, _dns, Exchange, Hub, Spoke, _time) = (folder, dns, exchange, hub, spoke, time);

    public string Folder { get; }

    public DemoExchange Exchange { get; }

    public DemoNode Hub { get; }

    public DemoNode Spoke { get; }

    public IPEndPoint DnsServer => _dns.Endpoint;

    public static async Task<DemoWorld> StartAsync(string folder, ILoggerFactory loggers, TimeProvider time, CancellationToken ct)
    {
        int[] ports = FreePorts.Find(4);
        (int exchangePort, int hubPort, int hubSubmission, int spokePort) = (ports[0], ports[1], ports[2], ports[3]);
        var dns = new ZoneServer(Zone(), []);
        DemoExchange exchange = await DemoExchange.StartAsync(Path.Combine(folder, "far"), exchangePort, loggers, time, ct);

        string hubFolder = Path.Combine(folder, "hub");
        DemoNode hub = await DemoNode.StartAsync(
            hubFolder,
            HubFiles(dns, hubPort, hubSubmission, exchangePort),
            loggers,
            time,
            ct
        );
        string password = await AddAccountAsync(hub, ct);
        string certificate = Composition.CertificateFiles(hub.Settings).Certificate;
        IReadOnlyDictionary<string, string> spokeFiles = SpokeFiles(dns, spokePort, hubSubmission, password, certificate);
        DemoNode spoke = await DemoNode.StartAsync(Path.Combine(folder, "spoke"), spokeFiles, loggers, time, ct);
        return new DemoWorld(folder, dns, exchange, hub, spoke, time);
    }

    /// <summary>Hands a message to the spoke as any mail program does.</summary>
    /// <returns>The spoke's reply, with the id in it.</returns>
    public async Task<string> SubmitAsync(byte[] message, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Spoke.Settings.Mail.SmtpPort), ct);
        await using var session = new SmtpClientSession(new NetworkStream(socket), SmtpClientTimeouts.Default, _time);
        await session.GreetAsync(ct);
        await session.HelloAsync("desk.bbs.example", extensionsNeeded: false, ct);
        TransactionOutcome outcome = await session.SendAsync(
            new SmtpTransaction
            {
                Sender = MailAddress.Parse(Sender),
                Recipients = [new SmtpRecipient(MailAddress.Parse(Recipient))],
            },
            new BufferedContent(message),
            ct
        );
        await session.QuitAsync(ct);
        SmtpOutcome outcomeOfOne = outcome.Recipients[0].Outcome;
        return outcomeOfOne.IsAccepted
            ? outcomeOfOne.Reply.Text
            : throw new InvalidDataException($"the spoke did not take the message: {outcomeOfOne.Reply}");
    }

    /// <summary>Waits until an installation has filed that it delivered a message.</summary>
    public async Task<MessageTrace> DeliveredAsync(DemoNode node, string recipient, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        while (true)
        {
            IReadOnlyList<MessageTrace> traces = await node.Operations.TraceAsync(sender: null, recipient, 1, either.Token);
            if (traces is [var trace] && trace.Recipients.All(row => row.State == "delivered"))
                return trace;
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, either.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Spoke.DisposeAsync();
        await Hub.DisposeAsync();
        await Exchange.DisposeAsync();
        await _dns.DisposeAsync();
    }

    private static async Task<string> AddAccountAsync(DemoNode hub, CancellationToken ct)
    {
        Result<IssuedPassword> added = await hub.Operations.AddAccountAsync(
            Account,
            null,
            allowCramMd5: false,
            "the demonstration's node",
            ct
        );
        await hub.Operations.AddDomainAsync(Account, SpokeName, grant: true, subdomains: false, ct);
        return added.Value?.GeneratedPassword ?? throw new InvalidDataException(added.Refusal?.ToString());
    }

    private static Dictionary<string, ZoneRecord[]> Zone() =>
        new(StringComparer.Ordinal)
        {
            [HubName] = [ZoneRecord.Address(IPAddress.Loopback)],
            // The node's owner has published what the hub told him to.
            [SpokeName] = [ZoneRecord.Text($"v=spf1 a:{HubName} -all")],
            ["far.example"] = [ZoneRecord.Mx(10, DemoExchange.HostName)],
            [DemoExchange.HostName] = [ZoneRecord.Address(IPAddress.Loopback)],
        };

    private static Dictionary<string, string> HubFiles(ZoneServer dns, int port, int submission, int exchangePort) =>
        new(StringComparer.Ordinal)
        {
            ["sbbs.ini"] = $"""
                [Mail]
                	HostName = {HubName}
                	Interface = 127.0.0.1
                	SMTPPort = {port}
                	SubmissionPort = {submission}
                	Options = USE_SUBMISSION_PORT
                	DNSServer = {dns.Endpoint}

                """,
            ["packetboat.ini"] = $"""
                [Delivery]
                	; Only because the Internet of this demonstration is on loopback:
                	DirectPort = {exchangePort}
                	AllowPrivateTargets = true

                """,
        };

    private static Dictionary<string, string> SpokeFiles(
        ZoneServer dns,
        int port,
        int relayPort,
        string password,
        string certificate
    ) =>
        new(StringComparer.Ordinal)
        {
            ["sbbs.ini"] = $"""
                [Mail]
                	Options = ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN
                	RelayServer = {HubName}
                	RelayPort = {relayPort}
                	RelayUsername = {Account}
                	RelayPassword = {password}

                	; Where this demonstration lives:
                	HostName = {SpokeName}
                	Interface = 127.0.0.1
                	SMTPPort = {port}
                	DNSServer = {dns.Endpoint}

                """,
            ["packetboat.ini"] = $"""
                [Relay]
                	; The hub's certificate is its own work; this names it as trusted.
                	RelayCertificateFile = {certificate}

                """,
            ["relay.cfg"] = "; Who may send without signing in: programs on this machine.\n127.0.0.1\n",
        };
}
