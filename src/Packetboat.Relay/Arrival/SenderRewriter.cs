using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Arrival;

/// <summary>
/// The Sender Rewriting Scheme: the envelope sender becomes one of ours, from which a report finds its way back, and which nobody can make
/// but us, nor use after its time.
/// </summary>
public sealed class SenderRewriter(SecretBox box, Func<ArrivalSettings> settings, TimeProvider time)
{
    /// <summary>Null where it cannot be: it is ours already, or would be too long.</summary>
    public MailAddress? Forward(MailAddress sender)
    {
        ArrivalSettings now = settings();
        return IsOurs(sender, now) ? null : SrsAddress.Forward(sender, now.RewriteDomain, Today(), box.SrsMark);
    }

    /// <summary>Why <see cref="Forward"/> has none, for the message's story.</summary>
    public string WhyNot(MailAddress sender) =>
        IsOurs(sender, settings())
            ? "not rewritten: it is the hub's own"
            : $"<{sender}> is not rewritten: with what would be put in front of it, it is longer than 64 octets, or it needs quotation marks";

    /// <summary>What an address that a report is for stands for.</summary>
    public SrsReading Read(MailAddress address)
    {
        ArrivalSettings now = settings();
        return IsOurs(address, now)
            ? SrsAddress.Read(address, Today(), (int)Math.Ceiling(now.RewriteAge.TotalDays), box.SrsMark)
            : new SrsReading.Other();
    }

    /// <summary>Whom a report of our own is for: the sender before he was rewritten.</summary>
    public MailAddress Original(MailAddress sender) => Read(sender) is SrsReading.Right right ? right.Sender : sender;

    private static bool IsOurs(MailAddress address, ArrivalSettings now) =>
        address.AsciiDomain.Equals(now.RewriteDomain, StringComparison.OrdinalIgnoreCase);

    private int Today() => (int)(time.GetUtcNow().ToUnixTimeSeconds() / 86_400);
}
