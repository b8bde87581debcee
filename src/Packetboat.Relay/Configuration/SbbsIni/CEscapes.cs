using System.Globalization;
using System.Text;

namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>The backslash sequences of the C language, as Synchronet expands them in literals and in filter lists.</summary>
internal static class CEscapes
{
    private const string Letters = "abefnrtv0?'\"\\";
    private const string Meanings = "\a\b\e\f\n\r\t\v\0?'\"\\";

    /// <summary>An unknown sequence stands for its letter; a backslash at the end stays.</summary>
    public static string Expand(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;

        var expanded = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                expanded.Append(ExpandOne(text, ref i));
            else
                expanded.Append(text[i]);
        }

        return expanded.ToString();
    }

    /// <param name="text">The whole text.</param>
    /// <param name="i">At the backslash; afterwards at the last character of the sequence.</param>
    private static char ExpandOne(string text, ref int i)
    {
        char letter = text[++i];
        int digits = letter == 'x' ? DigitsAt(text, i + 1, 2, char.IsAsciiHexDigit) : 0;
        if (digits > 0)
        {
            int start = i + 1;
            i += digits;
            return (char)int.Parse(text.AsSpan(start, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        digits = DigitsAt(text, i, 3, static c => c is >= '0' and <= '7');
        if (digits > 0)
        {
            int octal = 0;
            foreach (char c in text.AsSpan(i, digits))
                octal = octal * 8 + (c - '0');
            i += digits - 1;
            return (char)(octal & 0xFF);
        }

        int known = Letters.IndexOf(letter, StringComparison.Ordinal);
        return known < 0 ? letter : Meanings[known];
    }

    private static int DigitsAt(string text, int start, int most, Func<char, bool> isDigit)
    {
        int count = 0;
        while (count < most && start + count < text.Length && isDigit(text[start + count]))
            count++;
        return count;
    }
}
