using System.Buffers;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Fuzz.Targets;

/// <summary>Content that we send. Either it does not leave, or every receiver, strict or careless, finds its end where we put it.</summary>
internal sealed class StuffingTarget : IFuzzTarget
{
    /// <summary>What receivers are known to have taken for the end of a message.</summary>
    private static readonly byte[][] EndsToSomebody =
    [
        .. new[]
        {
            "\n.\n",
            "\n.\r\n",
            "\r.\r",
            "\r.\r\n",
            "\r\n.\n",
            "\r\n.\r",
            "\n.\r",
            "\r.\n",
            "\r\n\0.\r\n",
            "\n\0.\r\n",
        }.Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    public string Name => "stuffing";

    public string What => "content to be sent, cut in pieces";

    public IReadOnlyList<string> Words { get; } =
    ["\r\n.\r\n", "\r\n..", "\r\n.", "\r\n\r\n", "\r\n.\r\nMAIL FROM:<a@b.example>\r\n"];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return 0;
        ReadOnlySpan<byte> content = input[1..];
        byte[]? wire = Stuffed(content, content.Length + 1);
        byte[]? cut = Stuffed(content, 1 + input[0]);
        byte[]? octets = Stuffed(content, 1);
        Check.Same(wire is null, cut is null, "whether it leaves, cut otherwise");
        Check.Same(wire is null, octets is null, "whether it leaves, in octets");
        if (wire is null)
            return 1;

        Check.SameOctets(wire, cut, "what leaves, cut otherwise");
        Check.SameOctets(wire, octets, "what leaves, in octets");
        byte[] fromData = [.. "\r\n"u8, .. wire];
        ReadOnlySpan<byte> beforeEnd = fromData.AsSpan(0, fromData.Length - 1);
        foreach (byte[] end in EndsToSomebody)
            Check.That(
                beforeEnd.IndexOf(end) is var at && (at < 0 || at >= fromData.Length - 5),
                "somebody would take this for the end"
            );
        IsTakenAsItWas(content, wire);
        return HashCode.Combine(content.Length == wire.Length - 3, Math.Min(20, content.Count((byte)'\n')));
    }

    private static void IsTakenAsItWas(ReadOnlySpan<byte> content, byte[] wire)
    {
        var lines = new LineCollector();
        var reader = new MessageReader(lines);
        reader.Begin(MessageFraming.Dot);
        Check.Same(wire.Length, reader.Read(wire), "where our own reader finds the end");
        Check.That(reader.Ended, "our own reader finds no end");
        if (reader.Fault != DataFault.None)
            return; // too long a line: it may leave, and the receiver says what it thinks of it
        ReadOnlySpan<byte> got = lines.Content;
        bool isClosed = content.IsEmpty || content.EndsWith("\r\n"u8);
        Check.SameOctets(content, isClosed ? got : got[..^2], "content at its receiver");
    }

    private static byte[]? Stuffed(ReadOnlySpan<byte> content, int piece)
    {
        var stuffer = new DotStuffer();
        var wire = new ArrayBufferWriter<byte>(content.Length + 16);
        for (int begin = 0; begin < content.Length && stuffer.IsClean; begin += piece)
        {
            ReadOnlySpan<byte> chunk = content.Slice(begin, Math.Min(piece, content.Length - begin));
            for (int at = 0; at < chunk.Length && stuffer.IsClean; )
            {
                int taken = stuffer.Take(chunk[at..], out bool dotFollows);
                Check.That(taken <= chunk.Length - at, "more was taken than there is");
                wire.Write(chunk.Slice(at, taken));
                if (dotFollows)
                    wire.Write("."u8);
                at += taken;
            }
        }

        stuffer.Finish();
        if (!stuffer.IsClean)
            return null;
        wire.Write(stuffer.End);
        return wire.WrittenSpan.ToArray();
    }
}
