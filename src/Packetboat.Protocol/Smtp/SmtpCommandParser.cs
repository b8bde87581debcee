using System.Globalization;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Smtp;

/// <summary>
/// A command line to a typed command; no state, no I/O. RFC 5321 §4.1.1 with the parameters of RFC 1870, 3030, 3461, 4954, 6152 and
/// 6531. A line that does not fit becomes <see cref="SmtpCommand.Refused"/> with the reply that says what is wrong with it.
/// </summary>
public static class SmtpCommandParser
{
    /// <summary>Octets of a command line with CRLF: 512 of RFC 5321 §4.5.3.1.4, and what the offered extensions add to it.</summary>
    public const int MaxLine = 2048;

    /// <summary>Octets of an AUTH command and of a response within it. RFC 4954 §4.</summary>
    public const int MaxAuthLine = 12288;

    /// <param name="line">Without its CRLF.</param>
    public static SmtpCommand Parse(ReadOnlySpan<byte> line)
    {
        // Trailing blanks are tolerated. RFC 5321 §4.1.1.
        line = line.TrimEnd(" \t"u8);
        int end = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> verb = end < 0 ? line : line[..end];
        ReadOnlySpan<byte> argument = end < 0 ? default : line[(end + 1)..];

        if (line.ContainsAnyInRange((byte)0, (byte)31) || line.Contains((byte)127))
            return Refuse(500, "5.5.2", "Control characters are not allowed in a command");
        return verb.Length switch
        {
            4 => FourLetters(verb, argument),
            8 when Ascii.EqualsIgnoreCase(verb, "STARTTLS"u8) => WithoutArgument(argument, new SmtpCommand.StartTls()),
            _ => Unknown(verb),
        };
    }

    private static SmtpCommand FourLetters(ReadOnlySpan<byte> verb, ReadOnlySpan<byte> argument)
    {
        Span<byte> upper = stackalloc byte[4];
        if (Ascii.ToUpper(verb, upper, out _) != System.Buffers.OperationStatus.Done)
            return Unknown(verb);
        if (upper.SequenceEqual("MAIL"u8))
            return Mail(argument);
        if (upper.SequenceEqual("RCPT"u8))
            return Rcpt(argument);
        if (upper.SequenceEqual("DATA"u8))
            return WithoutArgument(argument, new SmtpCommand.Data());
        if (upper.SequenceEqual("BDAT"u8))
            return Bdat(argument);
        if (upper.SequenceEqual("EHLO"u8))
            return Hello(argument, name => new SmtpCommand.Ehlo(name));
        if (upper.SequenceEqual("HELO"u8))
            return Hello(argument, name => new SmtpCommand.Helo(name));
        if (upper.SequenceEqual("RSET"u8))
            return WithoutArgument(argument, new SmtpCommand.Rset());
        if (upper.SequenceEqual("QUIT"u8))
            return WithoutArgument(argument, new SmtpCommand.Quit());
        if (upper.SequenceEqual("AUTH"u8))
            return Auth(argument);
        if (upper.SequenceEqual("NOOP"u8))
            return new SmtpCommand.Noop();
        if (upper.SequenceEqual("HELP"u8))
            return new SmtpCommand.Help();
        if (upper.SequenceEqual("VRFY"u8))
            return Named(argument, name => new SmtpCommand.Vrfy(name));
        if (upper.SequenceEqual("EXPN"u8))
            return Named(argument, name => new SmtpCommand.Expn(name));
        if (
            upper.SequenceEqual("TURN"u8)
            || upper.SequenceEqual("SEND"u8)
            || upper.SequenceEqual("SOML"u8)
            || upper.SequenceEqual("SAML"u8)
        )
            return Refuse(502, "5.5.1", $"{Encoding.ASCII.GetString(upper)} is not implemented");
        return Unknown(verb);
    }

    /// <summary>
    /// A name is required, but any text will do: what a client calls itself is worth nothing, and refusing it would lock out half the
    /// programs on a home network. RFC 5321 §4.1.4 forbids refusing for a name that does not verify.
    /// </summary>
    private static SmtpCommand Hello(ReadOnlySpan<byte> argument, Func<string, SmtpCommand> command)
    {
        ReadOnlySpan<byte> name = argument.Trim((byte)' ');
        return name.Length switch
        {
            0 => Refuse(501, "5.5.4", "Say your name: EHLO name.example or EHLO [192.0.2.1]"),
            > MailAddress.MaxDomain + 5 => Refuse(501, "5.5.4", "The name is longer than 255 octets"),
            _ => command(PrintableText.Of(Encoding.UTF8.GetString(name), MailAddress.MaxDomain + 5)),
        };
    }

    private static SmtpCommand Named(ReadOnlySpan<byte> argument, Func<string, SmtpCommand> command) =>
        argument.Length == 0
            ? Refuse(501, "5.5.4", "A name is missing behind the command")
            : command(PrintableText.Of(Encoding.UTF8.GetString(argument), MailAddress.MaxLength));

    private static SmtpCommand Auth(ReadOnlySpan<byte> argument)
    {
        int end = argument.IndexOf((byte)' ');
        ReadOnlySpan<byte> mechanism = end < 0 ? argument : argument[..end];
        if (mechanism.Length is 0 or > 20 || !Ascii.IsValid(mechanism))
            return Refuse(501, "5.5.4", "Say AUTH and one of the mechanisms that EHLO lists");

        string? initial = end < 0 ? null : Encoding.ASCII.GetString(argument[(end + 1)..].Trim((byte)' '));
        return new SmtpCommand.Auth(Encoding.ASCII.GetString(mechanism).ToUpperInvariant(), initial);
    }

    private static SmtpCommand Bdat(ReadOnlySpan<byte> argument)
    {
        int end = argument.IndexOf((byte)' ');
        ReadOnlySpan<byte> count = end < 0 ? argument : argument[..end];
        ReadOnlySpan<byte> last = end < 0 ? default : argument[(end + 1)..].Trim((byte)' ');
        bool isLast = Ascii.EqualsIgnoreCase(last, "LAST"u8);
        if (!long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long size) || (last.Length > 0 && !isLast))
        {
            // The chunk's octets follow whatever we answer, and their number is not known: only closing is safe. RFC 3030 §2.
            return new SmtpCommand.Refused(
                new SmtpReply(501, "5.5.4", "Write BDAT and a number of octets, then LAST or nothing", AfterReply.Close)
            );
        }

        return new SmtpCommand.Bdat(size, isLast);
    }

    private static SmtpCommand Mail(ReadOnlySpan<byte> argument)
    {
        if (!TryPath(argument, "FROM:"u8, out ReadOnlySpan<byte> path, out ReadOnlySpan<byte> rest, out SmtpCommand? refused))
            return refused!;
        if (!MailParameterReader.TryRead(rest, out MailParameters? parameters, out SmtpReply reply))
            return new SmtpCommand.Refused(reply);
        if (path.Length == 0)
            return new SmtpCommand.Mail(null, parameters);
        if (!MailAddress.TryParse(path, out MailAddress? sender) || sender.Domain.Length == 0)
            return NotAnAddress("5.1.7", path);
        if (sender.NeedsSmtpUtf8 && !parameters.SmtpUtf8)
            return NeedsSmtpUtf8(path);
        return new SmtpCommand.Mail(sender, parameters);
    }

    private static SmtpCommand Rcpt(ReadOnlySpan<byte> argument)
    {
        if (!TryPath(argument, "TO:"u8, out ReadOnlySpan<byte> path, out ReadOnlySpan<byte> rest, out SmtpCommand? refused))
            return refused!;
        if (!RcptParameterReader.TryRead(rest, out RcptParameters? parameters, out SmtpReply reply))
            return new SmtpCommand.Refused(reply);
        if (!MailAddress.TryParse(path, out MailAddress? recipient))
            return NotAnAddress("5.1.3", path);
        return new SmtpCommand.Rcpt(recipient, parameters);
    }

    /// <summary>
    /// Cuts <c>FROM:&lt;path&gt; parameters</c> apart. A blank behind the colon and missing brackets are what old clients send, Synchronet
    /// among them; both are read, since neither leaves a doubt about the address. A source route is dropped, as RFC 5321 §4.1.1.3 wants.
    /// </summary>
    private static bool TryPath(
        ReadOnlySpan<byte> argument,
        ReadOnlySpan<byte> keyword,
        out ReadOnlySpan<byte> path,
        out ReadOnlySpan<byte> rest,
        out SmtpCommand? refused
    )
    {
        path = rest = default;
        refused = null;
        if (argument.Length < keyword.Length || !Ascii.EqualsIgnoreCase(argument[..keyword.Length], keyword))
        {
            refused = Refuse(501, "5.5.4", $"Write {Encoding.ASCII.GetString(keyword)}<address>");
            return false;
        }

        argument = argument[keyword.Length..].TrimStart((byte)' ');
        int end = argument is [(byte)'<', ..] ? ClosingBracket(argument) : FirstBlank(argument);
        if (end < 0 || (end + 1 < argument.Length && argument[end] == '>' && argument[end + 1] != ' '))
        {
            refused = Refuse(
                501,
                "5.5.4",
                $"Write {Encoding.ASCII.GetString(keyword)}<address>, then a blank before each parameter"
            );
            return false;
        }

        bool bracketed = argument is [(byte)'<', ..];
        path = WithoutSourceRoute(bracketed ? argument[1..end] : argument[..end]);
        rest = argument[Math.Min(end + 1, argument.Length)..];
        if (!bracketed && path.Length == 0)
            refused = Refuse(501, "5.5.4", $"Write {Encoding.ASCII.GetString(keyword)}<address>");
        return refused is null;
    }

    private static int FirstBlank(ReadOnlySpan<byte> text)
    {
        int blank = text.IndexOf((byte)' ');
        return blank < 0 ? text.Length : blank;
    }

    /// <summary>The bracket that closes the path: one inside a quoted string does not.</summary>
    private static int ClosingBracket(ReadOnlySpan<byte> text)
    {
        bool quoted = false;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted)
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == '>' && !quoted)
                return i;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> WithoutSourceRoute(ReadOnlySpan<byte> path)
    {
        if (path is not [(byte)'@', ..])
            return path;
        int colon = path.IndexOf((byte)':');
        // A route to nobody is left as it is, which is no address: it must not become the null path.
        return colon < 0 || colon == path.Length - 1 ? path : path[(colon + 1)..];
    }

    private static SmtpCommand WithoutArgument(ReadOnlySpan<byte> argument, SmtpCommand command) =>
        argument.Length == 0 ? command : Refuse(501, "5.5.4", "This command takes no argument");

    private static SmtpCommand NotAnAddress(string enhanced, ReadOnlySpan<byte> path) =>
        Refuse(553, enhanced, $"<{Shown(path)}> is not a mail address; write <name@domain.example>");

    private static SmtpCommand NeedsSmtpUtf8(ReadOnlySpan<byte> path) =>
        Refuse(553, "5.6.7", $"<{Shown(path)}> needs the parameter SMTPUTF8 on MAIL");

    private static SmtpCommand Unknown(ReadOnlySpan<byte> verb) =>
        Refuse(500, "5.5.1", $"\"{PrintableText.Of(Encoding.UTF8.GetString(verb), 40)}\" is not a command of this server");

    private static string Shown(ReadOnlySpan<byte> path) => PrintableText.Of(Encoding.UTF8.GetString(path), 260);

    private static SmtpCommand.Refused Refuse(int code, string enhanced, string text) => new(new SmtpReply(code, enhanced, text));
}
