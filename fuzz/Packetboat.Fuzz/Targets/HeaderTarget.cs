using System.Text;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Message;

namespace Packetboat.Fuzz.Targets;

/// <summary>A message's header, line by line as it comes from the wire.</summary>
internal sealed class HeaderTarget : IFuzzTarget
{
    public string Name => "header";

    public string What => "a header, scanned for hops and loops";

    public IReadOnlyList<string> Words { get; } =
    [
        "Received: from a by hub.example",
        "Received:",
        " by hub.example;",
        "\tby HUB.example (x)",
        "by hub.example.org",
        "Date:",
        "Message-ID:",
        "From:",
        "Sender:",
        "Resent-From:",
        "Content-Type: multipart/report",
        "Auto-Submitted:",
        "\r\n",
        "\r\n ",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        var scanner = new HeaderScanner("hub.example");
        var feeder = new Feeder(scanner);
        var reader = new MessageReader(feeder);
        reader.Begin(MessageFraming.Counted);
        reader.Read(input);
        reader.EndOfCount();

        Check.That(scanner.ReceivedFields <= feeder.Count, "more hops than lines");
        Check.That(scanner.OwnReceivedFields <= scanner.ReceivedFields, "more hops here than hops");
        Check.That(!scanner.HasEightBitHeader || scanner.HasEightBit, "eight bits in the header and not in the message");
        return HashCode.Combine(
            Math.Min(scanner.ReceivedFields, 4),
            Math.Min(scanner.OwnReceivedFields, 4),
            scanner.HasDate,
            scanner.HasMessageId,
            scanner.HasFrom,
            HashCode.Combine(scanner.Senders.Count, scanner.IsAutomatic, scanner.HasMoreSenders),
            HashCode.Combine(scanner.HasEightBit, scanner.HasEightBitHeader),
            scanner.HeaderEnded
        );
    }

    private sealed class Feeder(HeaderScanner scanner) : ILineSink
    {
        private readonly HeaderScanner _oneByOne = new("hub.example");

        public int Count { get; private set; }

        public void Lines(ReadOnlySpan<byte> lines)
        {
            scanner.Lines(lines);
            while (!lines.IsEmpty)
            {
                int end = lines.IndexOf((byte)'\n');
                ReadOnlySpan<byte> line = end < 0 ? lines : lines[..(end + 1)];
                _oneByOne.Lines(line);
                lines = lines[line.Length..];
                Count++;
                Check.That(!Ascii.IsValid(line) ? scanner.HasEightBit : true, "an octet above 127 was not seen");
            }

            Check.Same(Seen(_oneByOne), Seen(scanner), "what is seen, line by line and together");
        }

        private static string Seen(HeaderScanner s) =>
            $"{s.ReceivedFields} {s.OwnReceivedFields} {s.HasDate} {s.HasMessageId} {s.HasFrom} {s.IsAutomatic} {s.HasMoreSenders} {string.Join('|', s.Senders.Select(f => f.Name + Convert.ToHexString(f.Body)))} {s.HasEightBit} {s.HasEightBitHeader} {s.HeaderEnded}";
    }
}
