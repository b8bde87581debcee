using System.Buffers;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Fuzz.Targets;

/// <summary>What follows the path of MAIL and of RCPT. What is taken is written as our client writes it, and must be read as the same.</summary>
internal sealed class ParameterTarget : IFuzzTarget
{
    private static readonly PeerExtensions Everything = new()
    {
        Size = true,
        EightBitMime = true,
        SmtpUtf8 = true,
        Dsn = true,
    };

    private readonly ArrayBufferWriter<byte> _written = new();

    public string Name => "parameters";

    public string What => "the parameters of MAIL and RCPT";

    public IReadOnlyList<string> Words { get; } =
    [
        "SIZE=",
        "BODY=7BIT",
        "BODY=8BITMIME",
        "SMTPUTF8",
        "RET=FULL",
        "RET=HDRS",
        "ENVID=",
        "AUTH=<>",
        "NOTIFY=",
        "NEVER",
        "SUCCESS",
        "FAILURE",
        "DELAY",
        "ORCPT=rfc822;",
        "ORCPT=utf-8;",
        "+2B",
        "+0D+0A",
        "+E2+80+AE",
        @"\x{20}",
        @"\x{202E}",
        @"\x{0A}",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        SmtpCommand mail = SmtpCommandParser.Parse([.. "MAIL FROM:<a@b.example> SMTPUTF8 "u8, .. input]);
        SmtpCommand rcpt = SmtpCommandParser.Parse([.. "RCPT TO:<c@d.example> "u8, .. input]);
        if (mail is SmtpCommand.Mail taken)
            MailIsReadAgain(taken);
        if (rcpt is SmtpCommand.Rcpt to)
            RecipientIsReadAgain(to);
        return HashCode.Combine(KindOf(mail), KindOf(rcpt));
    }

    private void MailIsReadAgain(SmtpCommand.Mail mail)
    {
        _written.ResetWrittenCount();
        var transaction = new SmtpTransaction
        {
            Sender = mail.Sender,
            Recipients = [],
            Body = mail.Parameters.Body,
            SmtpUtf8 = mail.Parameters.SmtpUtf8,
            Return = mail.Parameters.Dsn.Return,
            EnvelopeId = mail.Parameters.Dsn.EnvelopeId,
        };
        EnvelopeCommands.Mail(_written, transaction, Everything, mail.Parameters.Size);
        Check.Same<SmtpCommand>(mail, Again(), "MAIL");
    }

    private void RecipientIsReadAgain(SmtpCommand.Rcpt rcpt)
    {
        _written.ResetWrittenCount();
        RecipientNotice notice = rcpt.Parameters.Dsn;
        EnvelopeCommands.Recipient(
            _written,
            new SmtpRecipient(rcpt.Recipient, notice.Notify, notice.OriginalRecipient),
            Everything
        );
        Check.Same<SmtpCommand>(rcpt, Again(), "RCPT");
    }

    private SmtpCommand Again()
    {
        ReadOnlySpan<byte> line = _written.WrittenSpan;
        Check.That(line.EndsWith("\r\n"u8), "a command without its end");
        Check.That(!line[..^2].ContainsAnyExceptInRange((byte)' ', (byte)'~'), "a parameter is not printable ASCII");
        return SmtpCommandParser.Parse(line[..^2]);
    }

    private static int KindOf(SmtpCommand command) =>
        command switch
        {
            SmtpCommand.Refused refused => HashCode.Combine(refused.Reply.Code, refused.Reply.Text.Length / 8),
            SmtpCommand.Mail mail => HashCode.Combine(
                mail.Parameters.Body,
                mail.Parameters.Dsn.Return,
                mail.Parameters.Dsn.EnvelopeId?.Length
            ),
            SmtpCommand.Rcpt rcpt => HashCode.Combine(
                rcpt.Parameters.Dsn.Notify,
                rcpt.Parameters.Dsn.OriginalRecipient?.AddressType
            ),
            _ => 0,
        };
}
