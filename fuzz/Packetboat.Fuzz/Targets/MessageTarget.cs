using Packetboat.Protocol.IO;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// What follows DATA, and what is inside BDAT. The first octet chooses which, the second how it is cut. Only <c>CRLF . CRLF</c> behind clean
/// lines is the end of a message that is taken.
/// </summary>
internal sealed class MessageTarget : IFuzzTarget
{
    public string Name => "message";

    public string What => "a message behind DATA or BDAT, cut in pieces";

    public IReadOnlyList<string> Words { get; } =
    ["\r\n.\r\n", "\r\n..", "\r\n.", "Subject: x\r\n", "\r\n\r\n", "\r\n.\r\nMAIL FROM:<a@b.example>\r\n"];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
            return 0;
        MessageFraming framing = (input[0] & 1) == 0 ? MessageFraming.Dot : MessageFraming.Counted;
        int cut = 1 + input[1];
        ReadOnlySpan<byte> wire = input[2..];
        Reading whole = Read(wire, framing, wire.Length + 1);
        whole.IsSameAs(Read(wire, framing, 1));
        whole.IsSameAs(Read(wire, framing, cut));
        if (whole.Reader.Fault != DataFault.None)
            return HashCode.Combine(framing, whole.Reader.Fault, whole.Reader.Ended);

        Check.IsClean(whole.Lines.Content);
        if (framing == MessageFraming.Dot)
            EndsWhereItMust(wire, whole);
        else
            Check.SameOctets(wire, whole.Lines.Content, "counted octets");
        return HashCode.Combine(framing, whole.Reader.Ended, Math.Min(whole.Reader.Lines, 20));
    }

    /// <summary>The end found by another way: the first CRLF . CRLF, the start of the message being the end of the line with DATA.</summary>
    private static void EndsWhereItMust(ReadOnlySpan<byte> wire, Reading reading)
    {
        byte[] fromData = [.. "\r\n"u8, .. wire];
        int dot = fromData.AsSpan().IndexOf("\r\n.\r\n"u8);
        Check.Same(dot >= 0, reading.Reader.Ended, "whether a clean message ends");
        if (dot >= 0)
            Check.Same(dot + 3, reading.Consumed, "where a clean message ends");
    }

    private static Reading Read(ReadOnlySpan<byte> wire, MessageFraming framing, int piece)
    {
        var lines = new LineCollector();
        var reader = new MessageReader(lines);
        reader.Begin(framing);
        int at = 0;
        while (at < wire.Length && !reader.Ended)
        {
            ReadOnlySpan<byte> next = wire.Slice(at, Math.Min(piece, wire.Length - at));
            int consumed = reader.Read(next);
            Check.That(
                consumed <= next.Length && (consumed == next.Length || reader.Ended),
                "octets were left although the message goes on"
            );
            at += consumed;
        }

        if (framing == MessageFraming.Counted)
            reader.EndOfCount();
        return new Reading(reader, lines, at);
    }

    private sealed record Reading(MessageReader Reader, LineCollector Lines, int Consumed)
    {
        public void IsSameAs(Reading other)
        {
            Check.Same(Reader.Fault, other.Reader.Fault, "the fault, cut otherwise");
            Check.Same(Reader.FaultLine, other.Reader.FaultLine, "the line of the fault, cut otherwise");
            Check.Same(Reader.Lines, other.Reader.Lines, "the number of lines, cut otherwise");
            Check.Same(Reader.Ended, other.Reader.Ended, "the end, cut otherwise");
            Check.Same(Consumed, other.Consumed, "the place of the end, cut otherwise");
            if (Reader.Fault == DataFault.None)
                Check.SameOctets(Lines.Content, other.Lines.Content, "the content, cut otherwise");
        }
    }
}
