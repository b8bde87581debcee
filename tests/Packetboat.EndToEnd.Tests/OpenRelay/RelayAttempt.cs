using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Packetboat.Demo;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.EndToEnd.Tests.OpenRelay;

/// <summary>Holds one conversation of <c>open-relay.tsv</c> at one door, and says what became of it.</summary>
internal sealed class RelayAttempt(DemoNode hub, RelayDoor door, string mark, CancellationToken ct) : IAsyncDisposable
{
    private const string DefaultSender = "MAIL FROM:<sysop@bbs.example>";
    private const string DefaultRecipient = "RCPT TO:<victim@far.example>";

    private readonly List<string> _taken = [];
    private readonly StringBuilder _heard = new();
    private TcpClient? _client;
    private Stream _stream = Stream.Null;
    private string _header = "From: <sysop@bbs.example>";
    private string? _refusal;
    private bool _isOver;

    /// <summary>Ids of the messages that the hub has taken.</summary>
    public IReadOnlyList<string> Taken => _taken;

    /// <summary>Some account has signed in.</summary>
    public bool HasSignedIn { get; private set; }

    /// <summary>All that was said, for the message of a failed test.</summary>
    public string Heard => _heard.ToString();

    /// <returns><c>relayed</c>, or the first refusal of MAIL, RCPT, DATA or BDAT with its command.</returns>
    public async Task<string> HoldAsync(IEnumerable<string> conversation)
    {
        List<string> steps = [.. conversation];
        IPAddress source = IPAddress.Parse(Take(steps, "{from ")?[6..^1] ?? "127.0.0.1");
        bool staysClear = Take(steps, "{clear}") is not null;
        bool saysHello = Take(steps, "{no EHLO}") is null;
        await ConnectAsync(source, (staysClear || !saysHello) && door.Listener != ListenerKind.TlsSubmission, saysHello);
        foreach (string step in Complete(steps))
            await StepAsync(step);
        return _taken.Count > 0 ? "relayed" : _refusal ?? "nothing";
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client?.Dispose();
    }

    private static string? Take(List<string> steps, string directive)
    {
        string? found = steps.Find(step => step.StartsWith(directive, StringComparison.Ordinal));
        if (found is not null)
            steps.Remove(found);
        return found;
    }

    /// <summary>What a row leaves out is what every mail has.</summary>
    private static List<string> Complete(List<string> steps)
    {
        if (!steps.Exists(step => step.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase)))
            steps.Add(DefaultRecipient);
        if (!steps.Exists(step => step.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase)))
            steps.Insert(steps.FindIndex(step => step.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase)), DefaultSender);
        if (
            !steps.Exists(step =>
                step.StartsWith("DATA", StringComparison.Ordinal) || step.Contains("BDAT", StringComparison.Ordinal)
            )
        )
            steps.Add("DATA");
        return steps;
    }

    private async Task ConnectAsync(IPAddress source, bool staysClear, bool saysHello)
    {
        int port = door.Listener switch
        {
            ListenerKind.Submission => hub.Settings.Mail.SubmissionPort,
            ListenerKind.TlsSubmission => hub.Settings.Mail.TlsSubmissionPort,
            _ => hub.Settings.Mail.SmtpPort,
        };
        _client = new TcpClient(new IPEndPoint(source, 0));
        await _client.ConnectAsync(IPAddress.Loopback, port, ct);
        _stream = _client.GetStream();
        if (door.Listener == ListenerKind.TlsSubmission)
            await StartTlsAsync();
        await ReadReplyAsync("");
        if (saysHello)
            await SayAsync("EHLO client.example");
        if (!staysClear && door.Listener != ListenerKind.TlsSubmission)
        {
            await StepAsync("{TLS}");
            await SayAsync("EHLO client.example");
        }

        if (door.SignsIn)
            await StepAsync($"{{PLAIN - {RelayHarbour.Account} {RelayHarbour.Password}}}");
    }

    private async Task StepAsync(string step)
    {
        if (_isOver)
            return;
        if (step[0] == '{')
            await FollowAsync(step[1..^1]);
        else
            await SayAsync(step);
    }

    private async Task FollowAsync(string directive)
    {
        string[] words = directive.Split(' ');
        switch (words[0])
        {
            case "TLS":
                if ((await SayAsync("STARTTLS")).StartsWith("220", StringComparison.Ordinal))
                    await StartTlsAsync();
                break;
            case "PLAIN":
                await SayAsync("AUTH PLAIN " + Plain(words[1], words[2], words[3]));
                break;
            case "suspend":
                await hub.Operations.SuspendAsync(Suspended(words), Order(words), ct);
                break;
            case "resume":
                await hub.Operations.ResumeAsync(Suspended(words), "", ct);
                break;
            default:
                Assert.Contains(':', directive);
                _header = directive;
                break;
        }
    }

    private static string Plain(string authorization, string name, string password) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{(authorization == "-" ? "" : authorization)}\0{name}\0{password}"));

    private static string? Suspended(string[] words) => words[1] == "all" ? null : words[1];

    private static SuspensionOrder Order(string[] words) =>
        new("in the table", Answer: words[^1] == "refuse" ? SuspendedAnswer.Refuse : SuspendedAnswer.Defer);

    private async Task StartTlsAsync()
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        string own = Composition.CertificateFiles(hub.Settings).Certificate;
        using var known = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(own);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = Harbour.HubName,
                RemoteCertificateValidationCallback = (_, shown, _, _) => known.Equals(shown),
            },
            ct
        );
        _stream = tls;
    }

    /// <summary>Says a line, or several at once, and hears a reply to each; sends a message where the server asks for one.</summary>
    private async Task<string> SayAsync(string line)
    {
        byte[] bytes = WireText.Bytes(line);
        await _stream.WriteAsync((byte[])[.. bytes, .. "\r\n"u8], ct);
        string[] commands = line.StartsWith("BDAT", StringComparison.Ordinal)
            ? [line]
            : line.Split([@"\r\n", @"\x0a"], StringSplitOptions.None);
        string reply = "";
        foreach (string command in commands)
        {
            reply = await ReadReplyAsync(command);
            if (!reply.StartsWith("354", StringComparison.Ordinal))
                continue;
            string text = $@"X-Mark: {mark}\r\n{_header}\r\n\r\nHello\r\n.\r\n";
            await _stream.WriteAsync(WireText.Bytes(text), ct);
            reply = await ReadReplyAsync(command);
        }

        return reply;
    }

    private async Task<string> ReadReplyAsync(string command)
    {
        string line;
        do
        {
            line = _isOver ? "" : await ReadLineAsync();
            _heard.Append(command).Append(" -> ").AppendLine(line);
        } while (line.Length > 3 && line[3] == '-');

        HasSignedIn |= line.StartsWith("235", StringComparison.Ordinal);
        _isOver |= line.Length == 0 || line.StartsWith("421", StringComparison.Ordinal);
        string verb = command.Split(' ', ':')[0].ToUpperInvariant();
        if (verb is "MAIL" or "RCPT" or "DATA" or "BDAT" && (line.Length == 0 || line[0] >= '4'))
            _refusal ??= $"{verb} {(line.Length == 0 ? "closed" : line[..3])}";
        if (line.IndexOf("Queued as ", StringComparison.Ordinal) is > 0 and var at)
            _taken.Add(line[(at + 10)..]);
        return line;
    }

    /// <returns>Empty: the server has closed the connection.</returns>
    private async Task<string> ReadLineAsync()
    {
        var line = new List<byte>();
        byte[] one = new byte[1];
        try
        {
            while (await _stream.ReadAsync(one, ct) > 0 && one[0] != '\n')
                line.Add(one[0]);
        }
        catch (IOException)
        {
            // Closed the hard way: our octets were not read.
        }

        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
