using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>The <c>a=value</c> lists of which SCRAM's messages consist. RFC 5802 §5.1 and §7.</summary>
internal static class ScramAttributes
{
    /// <summary>The value at this place, which must be of this attribute: the order is fixed.</summary>
    public static bool TryGet(string[] attributes, int index, char name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (index >= attributes.Length)
            return false;
        string attribute = attributes[index];
        if (attribute.Length < 3 || attribute[0] != name || attribute[1] != '=')
            return false;
        value = attribute[2..];
        return true;
    }

    /// <summary>printable of RFC 5802 §7: ASCII without blank, control and comma.</summary>
    public static bool IsNonce(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>A name with <c>,</c> and <c>=</c> written as saslname wants. RFC 5802 §7.</summary>
    public static string Escape(string name) =>
        name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    /// <summary>The other direction; false for an <c>=</c> that escapes nothing, which RFC 5802 §5.1 makes an error.</summary>
    public static bool TryUnescape(string text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        var unescaped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                unescaped.Append(text[i]);
                continue;
            }

            char? escaped = EscapedAt(text.AsSpan(i));
            if (escaped is null)
                return false;
            unescaped.Append(escaped.Value);
            i += 2;
        }

        name = unescaped.ToString();
        return true;
    }

    private static char? EscapedAt(ReadOnlySpan<char> text) =>
        text.StartsWith("=2C", StringComparison.Ordinal) ? ','
        : text.StartsWith("=3D", StringComparison.Ordinal) ? '='
        : null;
}
