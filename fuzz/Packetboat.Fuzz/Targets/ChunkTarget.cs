using System.Text;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A message in chunks: each octet before the first 0 is a chunk's length, the rest the content. However it is cut up, it arrives as it is or
/// is refused, and what is in it is never a command.
/// </summary>
internal sealed class ChunkTarget : IFuzzTarget
{
    private readonly ServerRig _rig = new();

    public string Name => "bdat";

    public string What => "a message by BDAT, cut into chunks";

    public IReadOnlyList<string> Words { get; } =
    [
        "\r\n.\r\n",
        "\r\n.\r\nMAIL FROM:<e@f.example>\r\nRCPT TO:<g@h.example>\r\nDATA\r\nx: y\r\n.\r\n",
        "BDAT 5 LAST\r\n",
        "Subject: x\r\n\r\n",
        "\r\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)0);
        if (end < 0 || end > 40)
            return 0;
        ReadOnlySpan<byte> lengths = input[..end];
        ReadOnlySpan<byte> content = input[(end + 1)..];
        var said = new List<byte>("EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"u8.ToArray());
        int at = 0;
        foreach (byte length in lengths)
            at += Chunk(said, content.Slice(at, Math.Min(length, content.Length - at)), isLast: false);
        Chunk(said, content[at..], isLast: true);

        Conversed conversed = _rig.Converse(said.ToArray(), said.Count, ListenerKind.Transfer);
        Check.AreReplies(conversed.Heard);
        Check.That(conversed.Spool.Accepted.Count <= 1, "one message was taken for two");
        foreach (AcceptedMessage taken in conversed.Spool.Accepted)
        {
            Check.SameOctets(content, taken.Content, "content in chunks");
            Check.Same("a@b.example", taken.Envelope.Sender?.ToString(), "the sender");
        }

        bool isClean = IsClean(content);
        Check.That(isClean || conversed.Spool.Accepted.Count == 0, "a message was taken that must not be");
        return HashCode.Combine(isClean, conversed.Spool.Accepted.Count, Math.Min(lengths.Length, 8));
    }

    private static int Chunk(List<byte> said, ReadOnlySpan<byte> chunk, bool isLast)
    {
        said.AddRange(Encoding.ASCII.GetBytes($"BDAT {chunk.Length}{(isLast ? " LAST" : "")}\r\n"));
        said.AddRange(chunk);
        return chunk.Length;
    }

    private static bool IsClean(ReadOnlySpan<byte> content)
    {
        try
        {
            Check.IsClean(content);
            return true;
        }
        catch (FindingException)
        {
            return false;
        }
    }
}
