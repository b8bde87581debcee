using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Packetboat.Protocol.Sasl;

/// <summary>Names and passwords as they cross the wire, and as they are hashed.</summary>
public static class SaslText
{
    /// <summary>Octets of a name or a password. As many must be taken (RFC 4616 §2); what is longer is refused, never cut.</summary>
    public const int MaxBytes = 255;

    /// <summary>A name or password from the peer: UTF-8, not empty, bounded, without control characters.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (bytes.Length is 0 or > MaxBytes || !Utf8.IsValid(bytes))
            return false;
        string decoded = Encoding.UTF8.GetString(bytes);
        if (HasControl(decoded))
            return false;
        text = decoded;
        return true;
    }

    /// <summary>
    /// The form that is hashed. RFC 5802 §2.2 wants SASLprep (RFC 4013); this is the part of it that matters in practice: NFKC, so that a
    /// letter typed as one character or as two is the same password, and no control characters. The tables of unassigned and
    /// bidirectional characters are left out: they refuse passwords, and protect nobody. ASCII comes out as it went in.
    /// </summary>
    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        if (text.Length == 0 || HasControl(text) || HasLoneSurrogate(text))
            return false;
        prepared = Ascii.IsValid(text) ? text : text.Normalize(NormalizationForm.FormKC);
        return true;
    }

    private static bool HasControl(string text)
    {
        foreach (char c in text)
            if (char.IsControl(c))
                return true;
        return false;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
