using MimeKit;

namespace Packetboat.Commands;

/// <summary>What <c>sendmail -t</c> takes from a message's header. The message itself goes on as it is, but for Bcc.</summary>
internal static class HeaderRecipients
{
    public static IReadOnlyList<string> Of(byte[] message)
    {
        using var stream = new MemoryStream(message, writable: false);
        HeaderList headers = HeaderList.Load(stream);
        return
        [
            .. new[] { HeaderId.To, HeaderId.Cc, HeaderId.Bcc }
                .SelectMany(id => headers.Where(header => header.Id == id))
                .SelectMany(Addresses),
        ];
    }

    /// <summary>Takes the Bcc fields out: the others must not read them. RFC 5322 §3.6.3.</summary>
    public static MemoryStream WithoutBcc(byte[] message)
    {
        var kept = new MemoryStream(message.Length);
        int place = 0;
        bool isBcc = false;
        while (place < message.Length)
        {
            int end = message.AsSpan(place).IndexOf((byte)'\n');
            int next = end < 0 ? message.Length : place + end + 1;
            ReadOnlySpan<byte> line = message.AsSpan(place, next - place);
            if (line.Trim("\r\n"u8).IsEmpty)
                break;
            if (line[0] is not ((byte)' ' or (byte)'\t'))
                isBcc = line.Length > 4 && System.Text.Ascii.EqualsIgnoreCase(line[..4], "Bcc:"u8);
            if (!isBcc)
                kept.Write(line);
            place = next;
        }

        kept.Write(message.AsSpan(place));
        return kept;
    }

    private static IEnumerable<string> Addresses(Header header) =>
        InternetAddressList.TryParse(header.RawValue, out InternetAddressList? list)
            ? list.Mailboxes.Select(mailbox => mailbox.Address)
            : [];
}
