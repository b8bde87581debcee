using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;

namespace Packetboat.Fuzz.Targets;

/// <summary>What a server says, line after line, put together into replies.</summary>
internal sealed class ReplyTarget : IFuzzTarget
{
    public string Name => "replies";

    public string What => "a server's replies, of one line or many";

    public IReadOnlyList<string> Words { get; } =
    [
        "220 ",
        "250-",
        "250 ",
        "354 ",
        "421 ",
        "550 5.7.1 ",
        "550-5.7.1 ",
        "535 ",
        "334 ",
        "PIPELINING",
        "SIZE 1000",
        "AUTH PLAIN LOGIN",
        "AUTH=",
        "LIMITS RCPTMAX=1 MAILMAX=2",
        "STARTTLS",
        "; Sun, 22 Nov 2026 15:03:29 +0000",
        "DSN",
        "SMTPUTF8",
        "\r\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        var assembler = new SmtpReplyAssembler();
        int kind = 0;
        foreach (Range range in input.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = input[range];
            line = line.EndsWith("\r"u8) ? line[..^1] : line;
            try
            {
                if (assembler.TryAdd(line, out SmtpReply reply))
                    kind = HashCode.Combine(IsSound(reply), kind & 15);
            }
            catch (SmtpProtocolException refused)
            {
                Check.IsPrintable(refused.Message, "why it is no reply");
                return HashCode.Combine(kind, refused.Message.Length);
            }
        }

        return kind;
    }

    private static int IsSound(SmtpReply reply)
    {
        Check.That(reply.Code is >= 200 and <= 599, $"code {reply.Code}");
        Check.That(reply.Lines.Count is > 0 and <= SmtpReplyAssembler.MaxLines, $"{reply.Lines.Count} lines");
        Check.IsPrintable(reply.ToString(), "a logged reply");
        Check.That(Encoding.UTF8.GetByteCount(reply.ToString()) <= 1024, "a logged reply is too long");
        Check.Same(1, Check.AreReplies(Encoding.UTF8.GetBytes(reply.ToWire())), "replies passed on");
        IsReadAgain(reply);
        PeerExtensions offered = PeerExtensions.Parse(reply.Lines);
        Check.That(offered.SizeLimit is null or > 0 && offered.RecipientLimit is null or > 0, "a limit of nothing");
        Check.That(offered.AuthMechanisms.Count <= 64 * 1024, "mechanisms without end");
        DateTimeOffset? told = GreetingTime.In(reply.Text);
        if (told is { } time)
            Check.Same(
                told,
                GreetingTime.In($"220 mx ESMTP; {ReceivedField.Date(time)}"),
                "the time in a greeting, written again"
            );
        return HashCode.Combine(
            told is not null,
            reply.Code / 100,
            reply.Enhanced.Length,
            Math.Min(reply.Lines.Count, 8),
            offered.GetHashCode() & 255
        );
    }

    /// <summary>A reply that we write is read as what it was, but for what cannot be written.</summary>
    private static void IsReadAgain(SmtpReply reply)
    {
        var assembler = new SmtpReplyAssembler();
        string[] lines = reply.ToWire().Split("\r\n");
        for (int i = 0; i < lines.Length - 1; i++)
        {
            bool isLast = assembler.TryAdd(Encoding.UTF8.GetBytes(lines[i]), out SmtpReply again);
            Check.Same(i == lines.Length - 2, isLast, "where the reply ends");
            if (isLast)
                Check.Same((reply.Code, reply.Lines.Count), (again.Code, again.Lines.Count), "the reply, read again");
        }
    }
}
