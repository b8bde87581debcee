namespace Packetboat.Protocol.Smtp;

/// <summary>BODY= of MAIL. RFC 6152, RFC 3030 §3.</summary>
public enum BodyType
{
    /// <summary>Not said, or 7BIT.</summary>
    SevenBit,
    EightBitMime,
}

/// <summary>What followed the reverse-path of MAIL.</summary>
/// <param name="Size">Octets, as the client estimates them; 0 when not said. RFC 1870.</param>
/// <param name="Body">RFC 6152.</param>
/// <param name="SmtpUtf8">RFC 6531.</param>
/// <param name="Dsn">RET and ENVID. RFC 3461.</param>
/// <param name="RequireTls">RFC 8689.</param>
public sealed record MailParameters(long Size, BodyType Body, bool SmtpUtf8, EnvelopeNotice Dsn, bool RequireTls = false)
{
    public static MailParameters None { get; } = new(0, BodyType.SevenBit, false, EnvelopeNotice.None);
}

/// <summary>What followed the forward-path of RCPT.</summary>
public sealed record RcptParameters(RecipientNotice Dsn)
{
    public static RcptParameters None { get; } = new(RecipientNotice.None);
}
