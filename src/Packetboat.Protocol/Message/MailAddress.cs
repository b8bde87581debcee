using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>
/// A mailbox as the envelope carries it: <c>local-part@domain</c>, or <c>postmaster</c> alone. RFC 5321 §4.1.2, RFC 6531 §3.3.
/// An instance cannot hold a control character, a line end or an angle bracket outside a quoted string, so it may be written into a
/// command, a header field or a log line as it stands.
/// </summary>
public sealed class MailAddress : IEquatable<MailAddress>
{
    /// <summary>Octets. RFC 5321 §4.5.3.1.1.</summary>
    public const int MaxLocalPart = 64;

    /// <summary>Octets. RFC 5321 §4.5.3.1.2.</summary>
    public const int MaxDomain = 255;

    /// <summary>Octets, without the angle brackets: a path may have 256 with them. RFC 5321 §4.5.3.1.3.</summary>
    public const int MaxLength = 254;

    private MailAddress(string localPart, string domain)
    {
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>As given, quotes included: <c>"two words"</c> stays quoted.</summary>
    public string LocalPart { get; }

    /// <summary>As given; empty only for a bare <c>postmaster</c>. A literal keeps its brackets.</summary>
    public string Domain { get; }

    /// <summary>Whether a byte above 127 occurs, so that the next hop must offer SMTPUTF8 (RFC 6531 §3.1).</summary>
    public bool NeedsSmtpUtf8 => !Ascii.IsValid(LocalPart) || !Ascii.IsValid(Domain);

    /// <summary>The domain as the resolver wants it: lower case, A-labels. RFC 5891.</summary>
    public string AsciiDomain => ToAscii(Domain);

    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MailAddress? address)
    {
        address = null;
        return text.Length <= MaxLength && TryDecode(text, out string? decoded) && TryParse(decoded, out address);
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out MailAddress? address)
    {
        address = null;
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > MaxLength || !IsPrintable(text))
            return false;

        int end = LocalPartLength(text);
        if (end <= 0 || Encoding.UTF8.GetByteCount(text.AsSpan(0, end)) > MaxLocalPart)
            return false;

        if (end == text.Length)
        {
            // The one mailbox that needs no domain. RFC 5321 §4.5.1.
            if (!text.Equals("postmaster", StringComparison.OrdinalIgnoreCase))
                return false;
            address = new MailAddress(text, "");
            return true;
        }

        string domain = text[(end + 1)..];
        if (text[end] != '@' || !IsDomain(domain))
            return false;

        address = new MailAddress(text[..end], domain);
        return true;
    }

    /// <summary>For literals in code and tests.</summary>
    /// <exception cref="FormatException">The text is not a mailbox.</exception>
    public static MailAddress Parse(string text) =>
        TryParse(text, out MailAddress? address) ? address : throw new FormatException($"'{text}' is not a mail address");

    /// <summary>
    /// Whether <paramref name="text"/> is a domain or an address literal. RFC 5321 §4.1.2 and §4.1.3; labels may be U-labels.
    /// An underscore is let through: real host names have it, and refusing them protects nobody.
    /// </summary>
    public static bool IsDomain(string text)
    {
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > MaxDomain || !IsPrintable(text))
            return false;
        if (text[0] == '[')
            return IsAddressLiteral(text);

        return HasOnlyLabels(text) && ToAsciiOrNull(text) is not null;
    }

    public bool Equals(MailAddress? other) =>
        other is not null
        && string.Equals(LocalPart, other.LocalPart, StringComparison.Ordinal)
        && string.Equals(Domain, other.Domain, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as MailAddress);

    public override int GetHashCode() =>
        HashCode.Combine(StringComparer.Ordinal.GetHashCode(LocalPart), StringComparer.OrdinalIgnoreCase.GetHashCode(Domain));

    public override string ToString() => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";

    private static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        if (!System.Text.Unicode.Utf8.IsValid(text))
            return false;
        decoded = Encoding.UTF8.GetString(text);
        return true;
    }

    /// <summary>
    /// What an operator's terminal can show. RFC 6531 §3.3 would let more through: characters that turn the text around, that nobody sees,
    /// or that nobody has assigned. An address with them deceives, and no system hands one out (RFC 8264 §4.2.3).
    /// </summary>
    private static bool IsPrintable(string text)
    {
        if (Ascii.IsValid(text))
            return true;
        foreach (Rune rune in text.EnumerateRunes())
            if (rune == Rune.ReplacementChar || !PrintableText.IsPrintable(rune))
                return false;
        return true;
    }

    /// <summary>The length of the dot-string or quoted-string at the front, 0 where there is none. RFC 5321 §4.1.2.</summary>
    private static int LocalPartLength(string text)
    {
        if (text[0] == '"')
            return QuotedLength(text);

        int at = text.IndexOf('@', StringComparison.Ordinal);
        int end = at < 0 ? text.Length : at;
        foreach (Range atom in text.AsSpan(0, end).Split('.'))
            if (!IsAtom(text.AsSpan(0, end)[atom]))
                return 0;
        return end;
    }

    private static int QuotedLength(string text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"')
                return i + 1;
            if (c == '\\')
                i++;
            if (i >= text.Length || text[i] < ' ' || text[i] == 0x7F || char.IsControl(text[i]))
                return 0;
        }

        return 0;
    }

    private static bool IsAtom(ReadOnlySpan<char> atom)
    {
        foreach (char c in atom)
            if (!IsAtomCharacter(c))
                return false;
        return atom.Length > 0;
    }

    /// <summary>atext of RFC 5322 §3.2.3, and any printable character above ASCII (RFC 6531 §3.3).</summary>
    private static bool IsAtomCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c)
        || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal)
        || (c > 0x9F && !IsSeparator(c));

    private static bool IsSeparator(char c) => c is '\u2028' or '\u2029' || char.IsWhiteSpace(c);

    private static bool HasOnlyLabels(string text)
    {
        foreach (Range label in text.AsSpan().Split('.'))
            if (!IsLabel(text.AsSpan(label)))
                return false;
        return true;
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (char c in label)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_') && (c <= 0x9F || IsSeparator(c)))
                return false;
        return true;
    }

    private static bool IsAddressLiteral(string text)
    {
        if (text[^1] != ']')
            return false;
        string inside = text[1..^1];
        return inside.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
            ? IPAddress.TryParse(inside[5..], out IPAddress? six)
                && six.AddressFamily == AddressFamily.InterNetworkV6
                && !inside.Contains('%', StringComparison.Ordinal)
            : IPAddress.TryParse(inside, out IPAddress? four)
                && four.AddressFamily == AddressFamily.InterNetwork
                && inside.Count(c => c == '.') == 3;
    }

    /// <summary>Lower case, A-labels; what has none stays as it is.</summary>
    internal static string ToAscii(string domain) => ToAsciiOrNull(domain) ?? domain.ToLowerInvariant();

    /// <summary>
    /// The mapping makes ASCII of what merely looks like it: of a full-width <c>&gt;</c> a real one, which would end the path in the command
    /// that we write to a server without SMTPUTF8. What it makes must be labels again. Its own rules for that would refuse the underscore.
    /// </summary>
    private static string? ToAsciiOrNull(string domain)
    {
        if (Ascii.IsValid(domain))
            return domain.ToLowerInvariant();
        try
        {
            string mapped = new IdnMapping { UseStd3AsciiRules = false }
                .GetAscii(domain)
                .ToLowerInvariant();
            return HasOnlyLabels(mapped) ? mapped : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
