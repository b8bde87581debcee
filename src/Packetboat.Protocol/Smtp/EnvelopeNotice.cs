using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Smtp;

/// <summary>The DSN parameters of MAIL. RFC 3461 §4.3, §4.4.</summary>
/// <param name="Return">How much of the message a report returns.</param>
/// <param name="EnvelopeId">Decoded; null when none was given.</param>
public sealed record EnvelopeNotice(DsnReturn Return, string? EnvelopeId)
{
    public static EnvelopeNotice None { get; } = new(DsnReturn.Unspecified, null);
}
