using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A server that says the input, whatever it is told. The first octet chooses what the client wants, the second up to which command the
/// server has played along before: so that the input is the answer to that command from its first octet. Nothing is taken for delivered that
/// was not sent and answered, every recipient has one outcome, and what we write is SMTP throughout.
/// </summary>
internal sealed class ClientTarget : IFuzzTarget
{
    private static readonly string[] Mechanisms =
    [
        SaslMechanisms.Plain,
        SaslMechanisms.Login,
        SaslMechanisms.CramMd5,
        SaslMechanisms.ScramSha256,
    ];

    /// <summary>What the input answers first.</summary>
    private enum State
    {
        Greeting,
        Hello,
        StartTls,
        Authentication,
        Mail,
        Recipient,
        Data,
        Content,
    }

    public string Name => "client";

    public string What => "a server's side of a whole conversation";

    public IReadOnlyList<string> Words { get; } =
    [
        "220 mx ready\r\n",
        "250-mx\r\n",
        "250-PIPELINING\r\n",
        "250-SIZE 1000\r\n",
        "250-AUTH PLAIN LOGIN\r\n",
        "250-SMTPUTF8\r\n",
        "250-LIMITS RCPTMAX=2 MAILMAX=1\r\n",
        "250 DSN\r\n",
        "250 2.1.0 OK\r\n",
        "334 \r\n",
        "334 VXNlcm5hbWU6\r\n",
        "235 2.7.0 OK\r\n",
        "354 go\r\n",
        "421 4.3.2 bye\r\n",
        "450 4.2.1 later\r\n",
        "550 5.1.1 no\r\n",
        "552 too many\r\n",
        "535 5.7.8 no\r\n",
        "221 bye\r\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
            return 0;
        var state = (State)(input[1] & 7);
        int choice = ChoiceIn(state, input[0]);
        byte[] said = [.. Encoding.ASCII.GetBytes(Before(state, choice)), .. input[2..]];
        Course whole = Converse(state, choice, said, int.MaxValue);
        Course octets = Converse(state, choice, said, 1);
        if (state == State.StartTls)
            return whole.Told.GetHashCode(StringComparison.Ordinal);
        // The CRAM-MD5 and SCRAM texts have a nonce in them; their course is the same.
        Check.Same(whole.Told, octets.Told, "the course of a conversation in single octets");
        if ((choice >> 4 & 3) != 3)
            Check.SameOctets(whole.Written, octets.Written, "what we say to single octets");
        return HashCode.Combine(state, whole.Told.GetHashCode(StringComparison.Ordinal));
    }

    /// <summary>Who is to be asked for a password signs in; behind that only PLAIN, which needs no challenge, can be played beforehand.</summary>
    private static int ChoiceIn(State state, int choice) =>
        state == State.Authentication ? choice | 0x80
        : state > State.Authentication && (choice & 0x80) != 0 ? choice & ~0x30
        : choice;

    private static string Before(State state, int choice)
    {
        var said = new StringBuilder();
        if (state >= State.Hello)
            said.Append("220 mx\r\n");
        if (state >= State.StartTls)
            said.Append("250-mx\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 DSN\r\n");
        if (state >= State.Mail && (choice & 0x80) != 0)
            said.Append("235 2.7.0 OK\r\n");
        if (state >= State.Recipient)
            said.Append("250 2.1.0 OK\r\n");
        for (int i = 0; state >= State.Data && i < Recipients(choice); i++)
            said.Append("250 2.1.5 OK\r\n");
        if (state >= State.Content)
            said.Append("354 go\r\n");
        return said.ToString();
    }

    private static int Recipients(int choice) => (choice & 2) == 0 ? 2 : 60;

    private static Course Converse(State state, int choice, byte[] said, int piece)
    {
        using var stream = new ScriptStream(said, piece);
        var told = new StringBuilder();
        var session = new SmtpClientSession(stream, SmtpClientTimeouts.Default, TimeProvider.System);
        try
        {
            RunAsync(session, state, choice, stream, told).GetAwaiter().GetResult();
        }
        catch (SmtpProtocolException dead)
        {
            Check.IsPrintable(dead.Message, "how the connection died");
            Check.That(!session.IsUsable, "a session is usable after its death");
            told.Append(dead.Fault);
        }
        finally
        {
            session.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        if (state == State.StartTls)
            IsSmtpThenTls(stream.Written);
        else
            IsSmtp(stream.Written);
        return new Course(told.ToString(), stream.Written);
    }

    private static async Task RunAsync(
        SmtpClientSession session,
        State state,
        int choice,
        ScriptStream stream,
        StringBuilder told
    )
    {
        if (!Tell(told, await session.GreetAsync(CancellationToken.None)))
            return;
        if (!Tell(told, await session.HelloAsync("node.example", (choice & 64) != 0, CancellationToken.None)))
            return;
        if (state == State.StartTls)
        {
            SmtpOutcome started = await session.StartTlsAsync(new() { TargetHost = "mx.example" }, CancellationToken.None);
            Check.That(!started.IsAccepted, "TLS has come about without a key");
            Tell(told, started);
            return;
        }

        if ((choice & 0x80) != 0)
        {
            var options = new SaslClientOptions("mynode", "sesame");
            SaslClientExchange exchange = SaslMechanisms.CreateClient(Mechanisms[choice >> 4 & 3], options)!;
            if (!Tell(told, await session.AuthenticateAsync(exchange, "", CancellationToken.None)))
                return;
        }

        for (int i = 0; i < 2 && session.IsUsable; i++)
            await SendAsync(session, choice, stream, told);
        if (session.IsUsable)
            Tell(told, await session.ResetAsync(CancellationToken.None));
        await session.QuitAsync(CancellationToken.None);
    }

    private static async Task SendAsync(SmtpClientSession session, int choice, ScriptStream stream, StringBuilder told)
    {
        var transaction = new SmtpTransaction
        {
            Sender = (choice & 1) == 0 ? MailAddress.Parse("a@b.example") : null,
            Recipients =
            [
                .. Enumerable
                    .Range(0, Recipients(choice))
                    .Select(i => new SmtpRecipient(
                        MailAddress.Parse(i == 1 && (choice & 4) != 0 ? "\u00fc@d.example" : $"r{i}@d.example")
                    )),
            ],
            Body = BodyType.EightBitMime,
            EnvelopeId = "x",
        };
        byte[] content = Encoding.ASCII.GetBytes(
            (choice & 8) == 0 ? "Subject: x\r\n\r\n.\r\nbody" : "Subject: x\r\n\r\na\n.\r\n"
        );
        int before = stream.Written.Length;
        TransactionOutcome outcome = await session.SendAsync(transaction, new BufferedContent(content), CancellationToken.None);
        Check.Same(transaction.Recipients.Count, outcome.Recipients.Count, "recipients with an outcome");
        foreach (RecipientOutcome recipient in outcome.Recipients)
        {
            Tell(told, recipient.Outcome);
            if (recipient.Outcome.IsAccepted)
                Check.That(
                    stream.Written.AsSpan(before).EndsWith("\r\n..\r\nbody\r\n.\r\n"u8)
                        || stream.Written.AsSpan(before).EndsWith("BDAT 21 LAST\r\nSubject: x\r\n\r\n.\r\nbody"u8),
                    "delivered without having been sent"
                );
        }
    }

    private static bool Tell(StringBuilder told, SmtpOutcome outcome)
    {
        Check.IsPrintable(outcome.Reply.ToString(), "a reply for the log");
        told.Append(outcome.Stage).Append(' ').Append(outcome.Verdict).Append(' ').Append(outcome.Reply.Code).Append(';');
        return outcome.IsAccepted;
    }

    /// <summary>Lines of printable ASCII, or UTF-8 in addresses, each with its CRLF; no line is a command that we do not mean.</summary>
    private static void IsSmtp(ReadOnlySpan<byte> written)
    {
        Check.That(
            written.IsEmpty
                || written.EndsWith("\r\n"u8)
                || written.IndexOf("DATA\r\n"u8) >= 0
                || written.IndexOf(" LAST\r\n"u8) >= 0,
            "a command without its end"
        );
        foreach (Range range in written.Split("\r\n"u8))
            Check.That(!written[range].ContainsAnyInRange((byte)0, (byte)31), "a control character in what we say");
    }

    /// <summary>Behind STARTTLS in the clear stands a handshake or nothing.</summary>
    private static void IsSmtpThenTls(ReadOnlySpan<byte> written)
    {
        ReadOnlySpan<byte> command = "STARTTLS\r\n"u8;
        int end = written.IndexOf(command);
        IsSmtp(end < 0 ? written : written[..(end + command.Length)]);
        ReadOnlySpan<byte> rest = end < 0 ? default : written[(end + command.Length)..];
        Check.That(rest.IsEmpty || rest[0] is 0x15 or 0x16, "something in the clear behind STARTTLS");
    }

    private sealed record Course(string Told, byte[] Written);
}
