using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.SmtpClient;

/// <summary>
/// A conversation file, and the server in it. Lines: <c>C: </c> what the client must say, <c>S: </c> what the server answers,
/// <c>S~ </c> the same without a line end, <c>-- </c> a remark. Three remarks mean something: <c>-- client: </c> is what the client is
/// told to do, <c>-- outcome: </c> what must come of it, <c>-- server closes</c> hangs up. <c>\xNN</c> is one byte.
/// </summary>
public sealed class Conversation
{
    private readonly string[] _lines;

    public Conversation(string text) => _lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(IsSpoken)];

    public IReadOnlyList<string> Actions { get; private init; } = [];

    public IReadOnlyList<string> Outcomes { get; private init; } = [];

    public static Conversation Load(string name)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "SmtpClient", "Conversations", name));
        return new Conversation(text) { Actions = Remarks(text, "-- client: "), Outcomes = Remarks(text, "-- outcome: ") };
    }

    /// <summary>Plays the server to the end, or to the first thing the client says wrong.</summary>
    public async Task PlayAsync(DuplexStream stream, CancellationToken ct)
    {
        await using DuplexStream open = stream;
        var client = new LineSource(stream);
        for (int i = 0; i < _lines.Length; i++)
        {
            if (_lines[i] == "-- server closes")
                return;
            if (_lines[i].StartsWith("C: ", StringComparison.Ordinal))
                Assert.Equal($"line {i}: {_lines[i][3..]}", $"line {i}: {await client.NextAsync(ct)}");
            else
                await AnswerAsync(stream, i, client, ct);
        }

        Assert.Null(await client.NextAsync(ct));
    }

    private async Task AnswerAsync(DuplexStream stream, int i, LineSource client, CancellationToken ct)
    {
        // Whoever pipelines without being allowed to has said more by now.
        Assert.False(client.HasMore, $"the client did not wait for: {_lines[i]}");
        string end = _lines[i].StartsWith("S~", StringComparison.Ordinal) ? "" : "\r\n";
        await stream.WriteAsync(WireText.Bytes(_lines[i][3..] + end), ct);
    }

    private static bool IsSpoken(string line) =>
        line.StartsWith("C: ", StringComparison.Ordinal)
        || line.StartsWith("S: ", StringComparison.Ordinal)
        || line.StartsWith("S~ ", StringComparison.Ordinal)
        || line == "-- server closes";

    private static string[] Remarks(string text, string kind) =>
        [
            .. text.Split('\n')
                .Select(line => line.TrimEnd('\r'))
                .Where(line => line.StartsWith(kind, StringComparison.Ordinal))
                .Select(line => line[kind.Length..]),
        ];
}
