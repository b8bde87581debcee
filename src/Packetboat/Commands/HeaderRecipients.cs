using System.Text;
using MimeKit;

namespace Packetboat.Commands;

/// <summary>
/// What <c>sendmail -t</c> takes from a message's header. The message itself goes on as it is, but for Bcc. Both look at the header with the
/// same eyes: whoever gets a blind copy is not named in what the others get.
/// </summary>
internal static class HeaderRecipients
{
    public static IReadOnlyList<string> Of(byte[] message)
    {
        var recipients = new List<string>();
        foreach (Range field in Fields(message))
        {
            ReadOnlySpan<byte> text = message.AsSpan(field);
            if (Is(text, "To"u8) || Is(text, "Cc"u8) || Is(text, "Bcc"u8))
                recipients.AddRange(Addresses(text[(text.IndexOf((byte)':') + 1)..].ToArray()));
        }

        return recipients;
    }

    /// <summary>Takes the Bcc fields out: the others must not read them. RFC 5322 §3.6.3, §3.6.6.</summary>
    public static MemoryStream WithoutBcc(byte[] message)
    {
        var kept = new MemoryStream(message.Length);
        int place = 0;
        foreach (Range field in Fields(message))
        {
            ReadOnlySpan<byte> text = message.AsSpan(field);
            if (!Is(text, "Bcc"u8) && !Is(text, "Resent-Bcc"u8))
                kept.Write(text);
            place = field.End.Value;
        }

        kept.Write(message.AsSpan(place));
        return kept;
    }

    /// <summary>Each field with the lines that continue it, up to the empty line. A line that is no field is one all the same: it stays.</summary>
    private static List<Range> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new List<Range>();
        int begin = 0;
        int place = 0;
        while (place < message.Length)
        {
            int end = message[place..].IndexOf((byte)'\n');
            int next = end < 0 ? message.Length : place + end + 1;
            ReadOnlySpan<byte> line = message[place..next];
            bool isEmpty = line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'];
            if ((isEmpty || line[0] is not ((byte)' ' or (byte)'\t')) && place > begin)
            {
                fields.Add(begin..place);
                begin = place;
            }

            if (isEmpty)
                return fields;
            place = next;
        }

        if (place > begin)
            fields.Add(begin..place);
        return fields;
    }

    /// <summary>Old programs put blanks before the colon, and readers understand them. RFC 5322 §4.5.</summary>
    private static bool Is(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name)
    {
        int colon = field.IndexOf((byte)':');
        return colon > 0 && Ascii.EqualsIgnoreCase(field[..colon].Trim(" \t\r\n"u8), name);
    }

    private static IEnumerable<string> Addresses(byte[] value) =>
        InternetAddressList.TryParse(value, out InternetAddressList? list)
            ? list.Mailboxes.Select(mailbox => mailbox.Address)
            : [];
}
