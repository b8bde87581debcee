using System.Buffers;
using System.Globalization;
using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>MAIL and RCPT with the parameters the peer understands, and no others. RFC 5321 §4.1.1.2 and §4.1.1.3.</summary>
internal static class EnvelopeCommands
{
    public static void Mail(IBufferWriter<byte> output, SmtpTransaction transaction, PeerExtensions peer, long size)
    {
        output.Write("MAIL FROM:<"u8);
        if (transaction.Sender is { } sender)
            Path(output, sender, peer);
        output.Write(">"u8);

        if (peer.Size)
            Parameter(output, " SIZE="u8, size.ToString(CultureInfo.InvariantCulture));
        // Without 8BITMIME the content is sent as it is: all servers in use pass it, and converting would break signatures.
        if (peer.EightBitMime && transaction.Body is BodyType.EightBitMime)
            output.Write(" BODY=8BITMIME"u8);
        if (peer.SmtpUtf8 && NeedsUtf8(transaction))
            output.Write(" SMTPUTF8"u8);
        if (peer.RequireTls && transaction.RequireTls)
            output.Write(" REQUIRETLS"u8);
        if (peer.Dsn)
            Notice(output, transaction);
        output.Write("\r\n"u8);
    }

    public static void Recipient(IBufferWriter<byte> output, SmtpRecipient recipient, PeerExtensions peer)
    {
        output.Write("RCPT TO:<"u8);
        Path(output, recipient.Address, peer);
        output.Write(">"u8);
        if (peer.Dsn && recipient.Notify is not DsnNotify.Unspecified)
            Parameter(output, " NOTIFY="u8, DsnParameters.Format(recipient.Notify));
        if (peer.Dsn && recipient.OriginalRecipient is { } original)
            Parameter(output, " ORCPT="u8, original.ToParameter());
        output.Write("\r\n"u8);
    }

    /// <summary>RFC 6531 §3.4: the parameter is needed as soon as the header or any address has UTF-8.</summary>
    public static bool NeedsUtf8(SmtpTransaction transaction)
    {
        if (transaction.SmtpUtf8 || transaction.Sender is { NeedsSmtpUtf8: true })
            return true;
        foreach (SmtpRecipient recipient in transaction.Recipients)
            if (recipient.Address.NeedsSmtpUtf8)
                return true;
        return false;
    }

    /// <summary>Whether the address can be written for a peer without SMTPUTF8: a U-label has an A-label, a local part has not.</summary>
    public static bool HasAsciiForm(MailAddress address) =>
        Ascii.IsValid(address.LocalPart) && Ascii.IsValid(address.AsciiDomain);

    private static void Path(IBufferWriter<byte> output, MailAddress address, PeerExtensions peer)
    {
        Encoding.UTF8.GetBytes(address.LocalPart, output);
        if (address.Domain.Length == 0)
            return;
        output.Write("@"u8);
        bool asGiven = peer.SmtpUtf8 || Ascii.IsValid(address.Domain);
        Encoding.UTF8.GetBytes(asGiven ? address.Domain : address.AsciiDomain, output);
    }

    private static void Notice(IBufferWriter<byte> output, SmtpTransaction transaction)
    {
        if (transaction.Return is not DsnReturn.Unspecified)
            output.Write(transaction.Return is DsnReturn.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
        if (transaction.EnvelopeId is { } id)
            Parameter(output, " ENVID="u8, XText.Encode(id));
    }

    private static void Parameter(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        output.Write(name);
        Encoding.UTF8.GetBytes(value, output);
    }
}
