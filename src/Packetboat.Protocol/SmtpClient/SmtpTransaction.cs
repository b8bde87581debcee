using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>One recipient, and who is to be told what about it. RFC 3461 §4.1 and §4.2.</summary>
public sealed record SmtpRecipient(
    MailAddress Address,
    DsnNotify Notify = DsnNotify.Unspecified,
    OriginalRecipient? OriginalRecipient = null
);

/// <summary>One envelope. RFC 5321 §3.3. Every parameter is sent only where the peer offers its extension.</summary>
public sealed record SmtpTransaction
{
    /// <summary>Null is the null reverse-path, <c>&lt;&gt;</c>. RFC 5321 §4.5.5.</summary>
    public MailAddress? Sender { get; init; }

    public required IReadOnlyList<SmtpRecipient> Recipients { get; init; }

    public BodyType Body { get; init; }

    /// <summary>The header has UTF-8 in it, so that the peer must offer SMTPUTF8. Addresses say so themselves. RFC 6531 §3.1.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>Every hop from here on must be secure; said where the caller has found that this one is. RFC 8689 §4.2.1.</summary>
    public bool RequireTls { get; init; }

    public DsnReturn Return { get; init; }

    /// <summary>Decoded. RFC 3461 §4.4.</summary>
    public string? EnvelopeId { get; init; }
}
