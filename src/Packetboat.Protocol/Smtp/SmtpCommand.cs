using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Smtp;

/// <summary>One command line, understood. RFC 5321 §4.1.1 and the extensions that EHLO offers.</summary>
public abstract record SmtpCommand
{
    private SmtpCommand() { }

    public sealed record Helo(string Client) : SmtpCommand;

    public sealed record Ehlo(string Client) : SmtpCommand;

    /// <param name="Sender">Null for the null reverse-path <c>&lt;&gt;</c>.</param>
    /// <param name="Parameters">What followed the path.</param>
    public sealed record Mail(MailAddress? Sender, MailParameters Parameters) : SmtpCommand;

    public sealed record Rcpt(MailAddress Recipient, RcptParameters Parameters) : SmtpCommand;

    public sealed record Data : SmtpCommand;

    /// <param name="Size">Octets that follow the command line. RFC 3030 §2.</param>
    /// <param name="Last">The message ends with this chunk.</param>
    public sealed record Bdat(long Size, bool Last) : SmtpCommand;

    public sealed record Rset : SmtpCommand;

    public sealed record Noop : SmtpCommand;

    public sealed record Quit : SmtpCommand;

    public sealed record Vrfy(string Argument) : SmtpCommand;

    public sealed record Expn(string Argument) : SmtpCommand;

    public sealed record Help : SmtpCommand;

    public sealed record StartTls : SmtpCommand;

    /// <param name="Mechanism">Upper case.</param>
    /// <param name="InitialResponse">Base64 or <c>=</c> as it stood there; null when there was none. RFC 4954 §4.</param>
    public sealed record Auth(string Mechanism, string? InitialResponse) : SmtpCommand;

    /// <summary>A line that the grammar turned down.</summary>
    public sealed record Refused(SmtpReply Reply) : SmtpCommand;

    /// <summary>No command comes any more.</summary>
    public sealed record Ended(WireEnd Reason) : SmtpCommand;
}

/// <summary>Why a connection gives no more input.</summary>
public enum WireEnd
{
    Disconnected,
    TimedOut,
    Stopping,

    /// <summary>Its place is needed for others.</summary>
    Evicted,

    /// <summary>What it signed in with was revoked.</summary>
    SignedOut,
}
