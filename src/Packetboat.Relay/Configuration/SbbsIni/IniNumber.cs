using System.Globalization;

namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>Booleans and integers, in C notation.</summary>
public static class IniNumber
{
    private static readonly string[] TrueWords = ["true", "yes", "on"];
    private static readonly string[] FalseWords = ["false", "no", "off"];

    /// <summary><c>true</c>, <c>yes</c>, <c>on</c> or a number other than zero; everything else is false.</summary>
    public static IniReading<bool> ReadBoolean(string text)
    {
        if (StartsWithWord(text, TrueWords))
            return new IniReading<bool>(true);

        bool isNumber = TryScanInteger(text, out long number, out int length);
        bool isSaid = StartsWithWord(text, FalseWords) || (isNumber && IsRemark(text.AsSpan(length)));
        return new IniReading<bool>(
            number != 0,
            isSaid
                ? null
                : new IniFault(Severity.Error, "neither true nor false, and read as " + (number != 0 ? "true" : "false"))
        );
    }

    /// <summary>Decimal, <c>0x</c> hexadecimal or, with a zero in front, octal. The three words for true count as 1.</summary>
    public static IniReading<long> ReadInteger(string text)
    {
        if (StartsWithWord(text, TrueWords))
            return new IniReading<long>(
                1,
                new IniFault(Severity.Warning, "a number is expected, and this word counts as 1", "1")
            );
        if (!TryScanInteger(text, out long value, out int length))
            return new IniReading<long>(0, new IniFault(Severity.Error, "not a number, and read as 0"));

        string whole = Invariant(value);
        if (!IsRemark(text.AsSpan(length)))
            return new IniReading<long>(value, new IniFault(Severity.Warning, $"read as {whole}: the rest is ignored", whole));

        bool isOctal =
            length > 1 && text.TrimStart('+', '-')[0] == '0' && !text.Contains('x', StringComparison.OrdinalIgnoreCase);
        IniFault? octal = new(Severity.Warning, $"read as {whole}: a zero in front makes the number octal", whole);
        return new IniReading<long>(value, isOctal && value is > 7 or < -7 ? octal : null);
    }

    /// <summary>Whether nothing, or only a comment, follows a value.</summary>
    internal static bool IsRemark(ReadOnlySpan<char> rest) => rest.TrimStart() is [] or [';', ..];

    /// <summary>An unsigned decimal number with an optional fraction, as durations and sizes begin.</summary>
    internal static bool TryScanDecimal(ReadOnlySpan<char> text, out double value, out int length)
    {
        length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
            length++;
        int whole = length;
        if (length < text.Length && text[length] == '.')
            length++;
        while (length > whole && length < text.Length && char.IsAsciiDigit(text[length]))
            length++;
        return double.TryParse(text[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    internal static string Invariant(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    internal static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool StartsWithWord(string text, string[] words) =>
        words.Any(w =>
            text.StartsWith(w, StringComparison.OrdinalIgnoreCase)
            && text.AsSpan(w.Length) is [] or [' ', ..] or ['\t', ..] or [';', ..]
        );

    private static bool TryScanInteger(string text, out long value, out int length)
    {
        bool hasSign = text.StartsWith('-') || text.StartsWith('+');
        int start = hasSign ? 1 : 0;
        ReadOnlySpan<char> digits = text.AsSpan(start);
        (int radix, int prefix) = RadixOf(digits);

        value = 0;
        length = prefix;
        while (length < digits.Length && DigitOf(digits[length]) is var digit && digit < radix)
        {
            // More than any setting can hold is as good as any other number: the range check refuses it.
            value = Math.Min(value, long.MaxValue / 32) * radix + digit;
            length++;
        }

        bool isNumber = length > prefix;
        length += start;
        if (text.StartsWith('-'))
            value = -value;
        return isNumber;
    }

    private static (int Radix, int Prefix) RadixOf(ReadOnlySpan<char> digits) =>
        digits switch
        {
            ['0', 'x' or 'X', var next, ..] when char.IsAsciiHexDigit(next) => (16, 2),
            ['0', ..] => (8, 0),
            _ => (10, 0),
        };

    private static int DigitOf(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : int.MaxValue;
}
