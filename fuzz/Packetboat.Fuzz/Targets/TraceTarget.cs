using System.Net;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Message;

namespace Packetboat.Fuzz.Targets;

/// <summary>What a client calls itself, on its way into our Received field. The first octet chooses the circumstances.</summary>
internal sealed class TraceTarget : IFuzzTarget
{
    private static readonly MailAddress?[] Recipients =
    [
        null,
        MailAddress.Parse("c@d.example"),
        MailAddress.Parse("\"a> b;\\\" c\"@d.example"),
        MailAddress.Parse("\u00fc@d.example"),
    ];

    public string Name => "trace";

    public string What => "the client's name in our Received field";

    public IReadOnlyList<string> Words { get; } =
    [" by hub.example", ";", "(", ")", "\r\n\t", "b.example", "[192.0.2.1]", "b\u00fccher.example"];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return 0;
        int choice = input[0];
        // As the parser hands it over.
        string client = PrintableText.Of(Encoding.UTF8.GetString(input[1..]), MailAddress.MaxDomain + 5);
        var field = new ReceivedField(
            client,
            (choice & 1) == 0 ? IPAddress.Parse("192.0.2.1") : IPAddress.Parse("2001:db8::1"),
            "hub.example",
            IsExtended: (choice & 2) == 0,
            Tls: (choice & 4) == 0 ? null : "TLS 1.3 TLS_AES_256_GCM_SHA384",
            IsAuthenticated: (choice & 8) == 0,
            IsSmtpUtf8: (choice & 48) == 48,
            "0123456789",
            Recipients[(choice & 48) == 48 ? 3 : (choice >> 4) & 3],
            DateTimeOffset.UnixEpoch
        );
        byte[] bytes = field.ToBytes();
        Check.IsClean(bytes);
        Check.That(bytes.AsSpan().EndsWith("\r\n"u8), "a field without its end");
        Check.That(field.IsSmtpUtf8 || Ascii.IsValid(bytes), "a field of a message in ASCII is not");

        var scanner = new HeaderScanner("hub.example");
        var reader = new MessageReader(new Feeder(scanner));
        reader.Begin(MessageFraming.Counted);
        reader.Read(bytes);
        Check.Same(1, scanner.ReceivedFields, "fields");
        Check.Same(1, scanner.OwnReceivedFields, "fields that name us");
        Check.That(!scanner.HeaderEnded, "the field ends the header");
        return HashCode.Combine(choice & 63, bytes.AsSpan().StartsWith("Received: from ["u8));
    }

    private sealed class Feeder(HeaderScanner scanner) : ILineSink
    {
        public void Lines(ReadOnlySpan<byte> lines) => scanner.Lines(lines);
    }
}
