using System.Text;
using MimeKit;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A report to a sender, from whatever a peer said and whatever the message was: the first line is the peer's reply, the second its name, the
/// rest the message. It must be a report that another program can read, with the message in it byte for byte.
/// </summary>
internal sealed class ReportTarget : IFuzzTarget
{
    public string Name => "report";

    public string What => "a delivery report: reply, host and message";

    public IReadOnlyList<string> Words { get; } =
    [
        "550 5.1.1 no",
        "mx.far.example",
        "Subject: x\r\n\r\n",
        "--=_",
        "\r\n--",
        "Content-Type: multipart/mixed; boundary=x\r\n",
        "\r\n\r\n",
        "From: a\r\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        int first = input.IndexOf((byte)'\n');
        int second = first < 0 ? -1 : first + 1 + input[(first + 1)..].IndexOf((byte)'\n');
        if (second <= first)
            return 0;
        // What is stored has been checked when it came in.
        byte[] message = Cleaned(input[(second + 1)..]);
        DeliveryStatusNotification report = DeliveryStatusNotification.Of(
            Input(Encoding.UTF8.GetString(input[..first]), Encoding.UTF8.GetString(input[(first + 1)..second]), message)
        );

        ReadOnlySpan<byte> bytes = report.Bytes.Span;
        Check.IsClean(bytes);
        Check.Same(!Ascii.IsValid(bytes), report.IsEightBit, "whether the report has eight bits");
        using var stream = new MemoryStream(bytes.ToArray());
        using var read = MimeMessage.Load(stream);
        var parts = read.Body as MultipartReport;
        Check.That(parts is { Count: 3 }, "the report has not three parts");
        Check.That(parts![1] is MessageDeliveryStatus or MimePart, "the second part is no status");
        Check.Same(1, read.To.Count, "addressees");
        return HashCode.Combine(report.IsEightBit, report.NeedsSmtpUtf8, parts[2].ContentType.MimeType, bytes.Length / 512);
    }

    private static DsnInput Input(string reply, string host, byte[] message)
    {
        int end = message.AsSpan().IndexOf("\r\n\r\n"u8);
        return new DsnInput
        {
            ReportingHost = "hub.example",
            Words = new DsnWords
            {
                Language = "de",
                Subject = reply,
                Opening = host,
                Introductions = Enum.GetValues<DsnAction>().ToDictionary(action => action, _ => "Gr\u00fc\u00dfe"),
                Said = "{host}:",
            },
            MessageId = "0123456789@hub.example",
            Date = DateTimeOffset.UnixEpoch,
            Sender = MailAddress.Parse(reply.Length % 2 == 0 ? "a@b.example" : "\"a\\\"> b\"@b.example"),
            Arrival = DateTimeOffset.UnixEpoch,
            EnvelopeId = host.Length % 3 == 0 ? host : null,
            SmtpUtf8 = host.Length % 5 == 0,
            Recipients =
            [
                new DsnRecipient
                {
                    Address = MailAddress.Parse(reply.Length % 3 == 0 ? "c@d.example" : "\u00fc@d.example"),
                    Action = DsnAction.Failed,
                    Reply = new SmtpReply(550, reply.Length % 7 == 0 ? reply : "5.1.1", reply.Split('\r')),
                    RemoteHost = host,
                    Explanation = [reply, host],
                },
            ],
            OriginalHeader = end < 0 ? message : message.AsMemory(0, end + 2),
            OriginalContent = message,
        };
    }

    private static byte[] Cleaned(ReadOnlySpan<byte> message)
    {
        var lines = new LineCollector();
        foreach (Range range in message.Split((byte)'\n'))
        {
            byte[] line = [.. message[range].ToArray().Where(octet => octet is not ((byte)'\r' or 0)).Take(998), .. "\r\n"u8];
            lines.Lines(line);
        }

        return lines.Content.ToArray();
    }
}
