using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>
/// The addresses of a From field: a mailbox-list, RFC 5322 §3.4. It is read strictly, unlike by a mail program: who may write in whose name
/// hangs on it, and what can be read in two ways is read the other way by somebody.
/// </summary>
public static class AuthorList
{
    /// <summary>More are no authors.</summary>
    public const int Max = 20;

    private const int MaxCommentDepth = 16;

    /// <param name="field">The field's body, folded or not.</param>
    /// <param name="authors">At least one.</param>
    /// <param name="fault">What is wrong with it, in words that fit behind "From".</param>
    public static bool TryRead(
        ReadOnlySpan<byte> field,
        [NotNullWhen(true)] out IReadOnlyList<MailAddress>? authors,
        [NotNullWhen(false)] out string? fault
    )
    {
        var found = new List<MailAddress>();
        (authors, fault) = (null, null);
        var words = new Words(field.Length);
        int at = 0;
        while (at < field.Length && fault is null)
            fault = ReadMailbox(field, ref at, ref words, found);
        if (fault is null && found.Count == 0)
            fault = "has no address";
        if (fault is null)
            authors = found;
        return fault is null;
    }

    /// <summary>Up to and with the comma. Nothing between two commas is no mailbox, and no fault. RFC 5322 §4.4.</summary>
    private static string? ReadMailbox(ReadOnlySpan<byte> field, ref int at, ref Words words, List<MailAddress> found)
    {
        words.Clear();
        bool hasAt = false;
        while (at < field.Length && field[at] != ',')
        {
            byte octet = field[at];
            switch (octet)
            {
                case (byte)'<':
                    return hasAt
                        ? "has an address in front of an address; put it in quotation marks"
                        : ReadAngle(field, ref at, ref words, found);
                case (byte)'(':
                    if (!TrySkipComment(field, ref at))
                        return "has a comment without an end";
                    words.Add((byte)' ');
                    continue;
                case (byte)'"':
                    if (!TryCopyQuoted(field, ref at, ref words))
                        return "has a quotation mark without a second one";
                    continue;
                case (byte)':' or (byte)';' or (byte)'>':
                    return $"has a '{(char)octet}' outside of quotation marks";
                case < 32 and not ((byte)'\r' or (byte)'\n' or (byte)'\t') or 127:
                    return "has a control character";
            }

            hasAt |= octet == '@';
            words.Add(octet is (byte)'\r' or (byte)'\n' or (byte)'\t' ? (byte)' ' : octet);
            at++;
        }

        at++; // the comma
        ReadOnlySpan<byte> text = words.Written.Trim((byte)' ');
        return text.IsEmpty ? null : Take(text, found);
    }

    private static string? ReadAngle(ReadOnlySpan<byte> field, ref int at, ref Words inside, List<MailAddress> found)
    {
        at++;
        inside.Clear();
        while (at < field.Length && field[at] != '>')
        {
            if (field[at] == '"')
            {
                if (!TryCopyQuoted(field, ref at, ref inside))
                    return "has a quotation mark without a second one";
                continue;
            }

            inside.Add(field[at++]);
        }

        if (at >= field.Length)
            return "has a '<' without a '>'";
        at++;
        if (Take(inside.Written.Trim((byte)' '), found) is { } fault)
            return fault;
        return TryEndMailbox(field, ref at) ? null : "has something between an address and the comma";
    }

    private static bool TryEndMailbox(ReadOnlySpan<byte> field, ref int at)
    {
        while (at < field.Length)
        {
            if (field[at] == '(')
            {
                if (!TrySkipComment(field, ref at))
                    return false;
                continue;
            }

            byte octet = field[at++];
            if (octet == ',')
                return true;
            if (octet is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                return false;
        }

        return true;
    }

    private static string? Take(ReadOnlySpan<byte> text, List<MailAddress> found)
    {
        if (!MailAddress.TryParse(text, out MailAddress? address) || address.Domain.Length == 0)
            return $"has '{PrintableText.Of(Encoding.UTF8.GetString(text), 80)}', which is no mail address";
        if (found.Count >= Max)
            return $"has more than {Max} addresses";
        found.Add(address);
        return null;
    }

    private static bool TrySkipComment(ReadOnlySpan<byte> field, ref int at)
    {
        int depth = 0;
        while (at < field.Length)
        {
            byte octet = field[at++];
            if (octet == '\\')
                at++;
            else if (octet == '(' && ++depth > MaxCommentDepth)
                return false;
            else if (octet == ')' && --depth == 0)
                return at <= field.Length;
        }

        return false;
    }

    private static bool TryCopyQuoted(ReadOnlySpan<byte> field, ref int at, ref Words to)
    {
        to.Add(field[at++]);
        while (at < field.Length)
        {
            byte octet = field[at++];
            to.Add(octet);
            if (octet == '"')
                return true;
            if (octet == '\\' && at < field.Length)
                to.Add(field[at++]);
        }

        return false;
    }

    /// <summary>Room for a copy of the whole field, used for one mailbox after another.</summary>
    private struct Words(int capacity)
    {
        private readonly byte[] _bytes = new byte[capacity];
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

        public void Add(byte octet) => _bytes[_length++] = octet;

        public void Clear() => _length = 0;
    }
}
