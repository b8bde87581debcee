using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Queue;

/// <summary>A message as a peer got it.</summary>
internal sealed record Received(string Route, string Sender, IReadOnlyList<string> Recipients, string Content);

/// <summary>The mail servers of the world: real conversations over streams in memory, with the answers that a test gives them.</summary>
internal sealed class FakePeers(Action changed) : IConnector
{
    /// <summary>Null: the connection is made.</summary>
    public Func<Route, Connection?> Connecting { get; set; } = _ => null;

    /// <summary>Null: what a willing server says. An empty reply hangs up. Octets may be written as conversation files write them.</summary>
    public Func<string, string, string?> Answer { get; set; } = (_, _) => null;

    /// <summary>Waited for before a connection is made.</summary>
    public Func<Route, CancellationToken, Task> Gate { get; set; } = (_, _) => Task.CompletedTask;

    public string Extensions { get; set; } = "250 OK\r\n";

    public ConcurrentQueue<Received> Got { get; } = new();

    public ConcurrentQueue<string> Calls { get; } = new();

    public async ValueTask<Connection> ConnectAsync(Route route, CancellationToken stopping)
    {
        Calls.Enqueue(route.Name);
        changed();
        await Gate(route, stopping);
        if (Connecting(route) is { } failed)
            return failed;
        (DuplexStream ours, DuplexStream theirs) = DuplexStream.CreatePair();
        _ = Task.Run(() => ServeAsync(route.Name, theirs), CancellationToken.None);
        var session = new SmtpClientSession(ours, SmtpClientTimeouts.Default, new FakeTimeProvider());
        await session.GreetAsync(stopping);
        await session.HelloAsync("node.example", extensionsNeeded: false, stopping);
        return new Connection.Ready(session, "mx.far.example [192.0.2.25]:25", "TLS 1.3");
    }

    private async Task ServeAsync(string route, DuplexStream stream)
    {
        await using DuplexStream open = stream;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await SayAsync(stream, "220 mx ESMTP\r\n");
        string sender = "";
        List<string> recipients = [];
        while (await reader.ReadLineAsync() is { } line)
        {
            string reply = Answer(route, line) ?? Willing(line);
            if (reply.Length == 0)
                return;
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
                return;
            await SayAsync(stream, final);
        }
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
