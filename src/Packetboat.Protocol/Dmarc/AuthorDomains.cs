using System.Diagnostics.CodeAnalysis;
using MimeKit;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Dmarc;

/// <summary>The domains of a message's From. RFC 7489 §6.6.1.</summary>
public static class AuthorDomains
{
    /// <summary>More are no authors.</summary>
    public const int Max = 10;

    private const int MaxField = 16 * 1024;

    /// <param name="header">Complete.</param>
    /// <param name="domains">Each once, lower case, A-labels; at least one.</param>
    /// <param name="fault">Why there is none; printable.</param>
    public static bool TryRead(
        HeaderBlock header,
        [NotNullWhen(true)] out IReadOnlyList<string>? domains,
        [NotNullWhen(false)] out string? fault
    )
    {
        (domains, fault) = (null, null);
        HeaderField[] fields = [.. header.Named("from")];
        if (fields.Length != 1)
        {
            fault = fields.Length == 0 ? "the message has no From" : $"the message has {fields.Length} From fields";
            return false;
        }

        byte[] value = header.Value(fields[0]).ToArray();
        if (value.Length > MaxField || !InternetAddressList.TryParse(value, out InternetAddressList? list))
        {
            fault = "From cannot be read";
            return false;
        }

        string[] found =
        [
            .. list.Mailboxes.Select(mailbox => MailAddress.ToAscii(mailbox.Domain ?? "")).Distinct(StringComparer.Ordinal),
        ];
        if (found.Length is 0 or > Max || !Array.TrueForAll(found, MailAddress.IsDomain))
            fault = found.Length > Max ? $"From names more than {Max} domains" : "From has no address with a domain";
        else
            domains = found;
        return fault is null;
    }
}
