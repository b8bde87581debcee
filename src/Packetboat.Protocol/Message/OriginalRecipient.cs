using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>The address as the sender first wrote it, carried along unchanged: ORCPT. RFC 3461 §4.2, RFC 6533 §3.</summary>
/// <param name="AddressType"><c>rfc822</c> or <c>utf-8</c>, or another registered type, in lower case.</param>
/// <param name="Address">Decoded; printable.</param>
public sealed record OriginalRecipient(string AddressType, string Address)
{
    /// <summary>Octets of the whole value. RFC 3461 §4.2.</summary>
    public const int MaxLength = 500;

    private static readonly SearchValues<byte> TypeCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"u8
    );

    private bool IsUtf8 => AddressType == "utf-8";

    public static OriginalRecipient Of(MailAddress address) =>
        new(address.NeedsSmtpUtf8 ? "utf-8" : "rfc822", address.ToString());

    public static bool TryParse(ReadOnlySpan<byte> value, [NotNullWhen(true)] out OriginalRecipient? recipient)
    {
        recipient = null;
        int semicolon = value.IndexOf((byte)';');
        if (value.Length > MaxLength || semicolon <= 0 || !IsType(value[..semicolon]))
            return false;

        string type = Encoding.ASCII.GetString(value[..semicolon]).ToLowerInvariant();
        ReadOnlySpan<byte> encoded = value[(semicolon + 1)..];
        string? address;
        bool isWell = type == "utf-8" ? TryDecodeUnitext(encoded, out address) : XText.TryDecode(encoded, out address);
        // It goes into reports: what cannot stand in a header field is refused here. RFC 3464 §2.3.1.
        if (!isWell || address!.Length == 0 || PrintableText.Of(address, MaxLength + 3) != address)
            return false;

        recipient = new OriginalRecipient(type, address);
        return true;
    }

    /// <summary>The value for a parameter, in ASCII, so that it passes with or without SMTPUTF8.</summary>
    public string ToParameter() => $"{AddressType};{(IsUtf8 ? EncodeUnitext(Address) : XText.Encode(Address))}";

    private static bool IsType(ReadOnlySpan<byte> type) => !type.ContainsAnyExcept(TypeCharacters);

    /// <summary>utf-8-addr-xtext: ASCII but <c>\ + =</c> as it is, anything else as <c>\x{HEX}</c>. RFC 6533 §3.</summary>
    private static string EncodeUnitext(string address)
    {
        var encoded = new StringBuilder(address.Length + 16);
        foreach (Rune rune in address.EnumerateRunes())
        {
            if (rune.Value is > 0x20 and < 0x7F and not ('\\' or '+' or '='))
                encoded.Append((char)rune.Value);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"\\x{{{rune.Value:X}}}");
        }

        return encoded.ToString();
    }

    private static bool TryDecodeUnitext(ReadOnlySpan<byte> encoded, out string? address)
    {
        address = null;
        if (!System.Text.Unicode.Utf8.IsValid(encoded) || encoded.ContainsAny((byte)'+', (byte)'=', (byte)' '))
            return false;

        string text = Encoding.UTF8.GetString(encoded);
        var decoded = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
                decoded.Append(text[i]);
            else if (TryRune(text.AsSpan(i), out Rune rune, out int length))
                (_, i) = (decoded.Append(rune.ToString()), i + length - 1);
            else
                return false;
        }

        address = decoded.ToString();
        return true;
    }

    /// <summary>Reads <c>\x{HEX}</c>.</summary>
    private static bool TryRune(ReadOnlySpan<char> text, out Rune rune, out int length)
    {
        rune = default;
        length = text.IndexOf('}') + 1;
        return length is >= 5 and <= 10
            && text.StartsWith(@"\x{", StringComparison.Ordinal)
            && int.TryParse(text[3..(length - 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && Rune.TryCreate(value, out rune);
    }
}
