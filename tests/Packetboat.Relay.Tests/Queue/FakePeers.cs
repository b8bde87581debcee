using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Shaping;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Queue;

/// <summary>A message as a peer got it.</summary>
internal sealed record Received(string Route, string Sender, IReadOnlyList<string> Recipients, string Content);

/// <summary>The mail servers of the world: real conversations over streams in memory, with the answers that a test gives them.</summary>
internal sealed class FakePeers(Action changed) : IConnector
{
    private readonly Lock _counted = new();
    private int _open;

    /// <summary>Null: the connection is made.</summary>
    public Func<Route, Connection?> Connecting { get; set; } = _ => null;

    /// <summary>Null: what a willing server says. An empty reply hangs up. Octets may be written as conversation files write them.</summary>
    public Func<string, string, string?> Answer { get; set; } = (_, _) => null;

    /// <summary>Waited for before a connection is made.</summary>
    public Func<Route, CancellationToken, Task> Gate { get; set; } = (_, _) => Task.CompletedTask;

    public string Extensions { get; set; } = "250 OK\r\n";

    /// <summary>Which host all mail goes to, and who counts its connections; null: nobody does.</summary>
    public (Shaper Shaper, string Host)? Paced { get; set; }

    /// <summary>At the same time, so far.</summary>
    public int MostOpen { get; private set; }

    public ConcurrentQueue<Received> Got { get; } = new();

    public ConcurrentQueue<string> Calls { get; } = new();

    public async ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping)
    {
        Calls.Enqueue(route.Name);
        changed();
        await Gate(route, stopping);
        if (Connecting(route) is { } failed)
            return failed;
        Turn? turn = Paced is { } paced ? await paced.Shaper.EnterAsync(paced.Host, stopping) : null;
        if (turn is Turn.Later later)
            return new Connection.Paced(later.Until, later.Reason);
        (DuplexStream ours, DuplexStream theirs) = DuplexStream.CreatePair();
        _ = Task.Run(() => ServeAsync(route.Name, theirs), CancellationToken.None);
        var session = new SmtpClientSession(ours, SmtpClientTimeouts.Default, new FakeTimeProvider());
        await session.GreetAsync(stopping);
        await session.HelloAsync("node.example", extensionsNeeded: false, stopping);
        string host = Paced?.Host ?? "mx.far.example";
        return new Connection.Ready(session, $"{host} [192.0.2.25]:25", "TLS 1.3") { Pace = (turn as Turn.Mine)?.Connection };
    }

    private async Task ServeAsync(string route, DuplexStream stream)
    {
        await using DuplexStream open = stream;
        Count(1);
        if (!await ConverseAsync(route, stream))
            Count(-1);
    }

    private void Count(int change)
    {
        lock (_counted)
        {
            _open += change;
            MostOpen = Math.Max(MostOpen, _open);
        }
    }

    /// <returns>Whether it ended with QUIT: for who sent that the connection is over before we have noticed its end.</returns>
    private async Task<bool> ConverseAsync(string route, DuplexStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await SayAsync(stream, "220 mx ESMTP\r\n");
        string sender = "";
        List<string> recipients = [];
        bool hasQuit = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line == "QUIT")
            {
                Count(-1);
                hasQuit = true;
            }

            string reply = Answer(route, line) ?? Willing(line);
            if (reply.Length == 0)
                return hasQuit;
            if (line.StartsWith("MAIL FROM:", StringComparison.Ordinal))
                (sender, recipients) = (Path(line), []);
            else if (line.StartsWith("RCPT TO:", StringComparison.Ordinal) && reply[0] == '2')
                recipients.Add(Path(line));
            await SayAsync(stream, reply);
            if (!reply.StartsWith("354", StringComparison.Ordinal))
                continue;
            string content = await ContentAsync(reader);
            string final = Answer(route, ".") ?? "250 2.0.0 taken\r\n";
            Got.Enqueue(new Received(route, sender, recipients, content));
            changed();
            if (final.Length == 0)
                return hasQuit;
            await SayAsync(stream, final);
        }

        return hasQuit;
    }

    private string Willing(string line) =>
        line[..4].ToUpperInvariant() switch
        {
            "EHLO" => "250-mx\r\n" + Extensions,
            "DATA" => "354 go\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 2.0.0 OK\r\n",
        };

    private static async Task<string> ContentAsync(StreamReader reader)
    {
        var content = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            content.Append(line).Append("\r\n");
        return content.ToString();
    }

    private static ValueTask SayAsync(Stream stream, string text) => stream.WriteAsync(WireText.Bytes(text));

    private static string Path(string line) =>
        line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
}
