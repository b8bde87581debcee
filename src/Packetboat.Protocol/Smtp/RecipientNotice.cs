using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Smtp;

/// <summary>The DSN parameters of RCPT. RFC 3461 §4.1, §4.2.</summary>
public sealed record RecipientNotice(DsnNotify Notify, OriginalRecipient? OriginalRecipient)
{
    public static RecipientNotice None { get; } = new(DsnNotify.Unspecified, null);

    /// <summary>A report of failure is wanted unless it was turned down.</summary>
    public bool WantsFailure => Notify == DsnNotify.Unspecified || Notify.HasFlag(DsnNotify.Failure);
}
