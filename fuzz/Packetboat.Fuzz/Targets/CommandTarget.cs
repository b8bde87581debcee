using System.Text;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Fuzz.Targets;

/// <summary>A command line, without its CRLF.</summary>
internal sealed class CommandTarget : IFuzzTarget
{
    public string Name => "commands";

    public string What => "a command line";

    public IReadOnlyList<string> Words { get; } =
    [
        "MAIL FROM:",
        "RCPT TO:",
        "<a@b.example>",
        "EHLO ",
        "HELO ",
        "BDAT ",
        " LAST",
        "AUTH ",
        "PLAIN",
        "DATA",
        "STARTTLS",
        "VRFY ",
        "EXPN ",
        " SIZE=",
        " BODY=8BITMIME",
        " SMTPUTF8",
        " RET=HDRS",
        " ENVID=",
        " NOTIFY=",
        " ORCPT=rfc822;",
        " AUTH=<>",
        "@hop.example:",
        "[192.0.2.1]",
        "[IPv6:2001:db8::1]",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        SmtpCommand command = SmtpCommandParser.Parse(input);
        switch (command)
        {
            case SmtpCommand.Refused refused:
                Check.Same(1, Check.AreReplies(Encoding.UTF8.GetBytes(refused.Reply.ToWire())), "replies to a command");
                Check.IsPrintable(refused.Reply.ToString(), "a logged reply");
                return HashCode.Combine(refused.Reply.Code, refused.Reply.Enhanced, refused.Reply.Text.Length / 16);
            case SmtpCommand.Ehlo ehlo:
                Check.IsPrintable(ehlo.Client, "a client's name");
                break;
            case SmtpCommand.Helo helo:
                Check.IsPrintable(helo.Client, "a client's name");
                break;
            case SmtpCommand.Vrfy vrfy:
                Check.IsPrintable(vrfy.Argument, "an argument");
                break;
            case SmtpCommand.Auth auth:
                Check.IsPrintable(auth.Mechanism, "a mechanism");
                break;
            case SmtpCommand.Bdat bdat:
                Check.That(bdat.Size >= 0, "a chunk of less than nothing");
                break;
            case SmtpCommand.Mail { Sender: { } sender }:
                AddressTarget.IsSound(sender);
                break;
            case SmtpCommand.Rcpt rcpt:
                AddressTarget.IsSound(rcpt.Recipient);
                break;
        }

        return command.GetType().GetHashCode();
    }
}
