using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>The encoding of parameter values: <c>+2B</c> for a plus sign. RFC 3461 §4.</summary>
public static class XText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("+=");

    /// <summary>Encodes the UTF-8 bytes of <paramref name="text"/>; what is printable ASCII but <c>+</c> and <c>=</c> stays.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.AsSpan().ContainsAny(Special))
            return text;

        var encoded = new StringBuilder(text.Length + 16);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > 0x20 and < 0x7F and not ((byte)'+' or (byte)'='))
                encoded.Append((char)b);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"+{b:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>Strict: only what RFC 3461 §4 allows, upper-case hexadecimal digits included. The bytes must be UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out string? text)
    {
        text = null;
        byte[] decoded = new byte[encoded.Length];
        int length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            if (!TryNext(encoded, ref i, out decoded[length++]))
                return false;
        }

        if (!System.Text.Unicode.Utf8.IsValid(decoded.AsSpan(0, length)))
            return false;
        text = Encoding.UTF8.GetString(decoded, 0, length);
        return true;
    }

    private static bool TryNext(ReadOnlySpan<byte> encoded, ref int i, out byte value)
    {
        value = encoded[i];
        if (value is < (byte)'!' or > (byte)'~' or (byte)'=')
            return false;
        if (value != '+')
            return true;
        if (i + 2 >= encoded.Length || !TryDigit(encoded[i + 1], out int high) || !TryDigit(encoded[i + 2], out int low))
            return false;

        value = (byte)((high << 4) | low);
        i += 2;
        return true;
    }

    private static bool TryDigit(byte c, out int digit)
    {
        digit =
            c is >= (byte)'0' and <= (byte)'9' ? c - '0'
            : c is >= (byte)'A' and <= (byte)'F' ? c - 'A' + 10
            : -1;
        return digit >= 0;
    }
}
