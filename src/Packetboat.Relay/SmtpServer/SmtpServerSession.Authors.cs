using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.SmtpServer;

/// <summary>In whose name an account's message comes: whatever a reader may take for its sender.</summary>
public sealed partial class SmtpServerSession
{
    private SmtpReply? RefusedAuthor(AuthenticatedAccount account, HeaderScanner header)
    {
        if (account.Domains.Any(domain => domain is { Name: AccountDomain.Any, IsUsable: true }))
            return null;
        // Else it gets the envelope's, which was asked about at MAIL.
        if (header.FromFields == 0 && _envelope!.Sender is null)
            return Replies.NoFrom;
        if (header.FromFields > 1)
            return Replies.SeveralFromFields(header.FromFields);
        if (header.From.Length >= HeaderScanner.MaxFrom)
            return Replies.BadFrom($"is longer than {HeaderScanner.MaxFrom} octets");
        if (header.HasMoreSenders)
            return Replies.TooManySenderFields;
        SmtpReply? refused = header.HasFrom ? RefusedAddresses(account, "From", header.From) : null;
        // Some mail programs show it in front of From: "a on behalf of b".
        foreach (SenderField field in header.Senders)
            refused ??= RefusedAddresses(account, field.Name, field.Body);
        return refused;
    }

    private SmtpReply? RefusedAddresses(AuthenticatedAccount account, string field, ReadOnlySpan<byte> body)
    {
        AuthorList authors = AuthorList.Read(body);
        if (authors.Fault is { } fault)
            return Replies.BadSenderField(field, fault);
        foreach (MailAddress author in authors.Addresses)
            if (SenderRules.Refusal(account, author, settings.HostName) is { } why)
                return Replies.NotTheirAddress($"{field}: {why}");
        return null;
    }
}
