using System.Globalization;
using System.Text;

namespace Packetboat.Protocol;

/// <summary>
/// Text from a stranger, made fit for a reply line, a log line, a terminal or a page: no control or format character survives, and the
/// length is bounded. Escape sequences in a remote reply must not reach an operator's terminal.
/// </summary>
public static class PrintableText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <param name="text">Anything.</param>
    /// <param name="maxBytes">UTF-8 octets; what is longer ends in <c>...</c>.</param>
    public static string Of(string text, int maxBytes) => Kept(text, maxBytes, IsPrintable);

    /// <summary>The same for where nothing but ASCII may stand.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="maxBytes">Octets; what is longer ends in <c>...</c>.</param>
    public static string Ascii(string text, int maxBytes) => Kept(text, maxBytes, static rune => rune.Value is >= ' ' and <= '~');

    /// <summary>
    /// A letter, mark, number, symbol, punctuation or blank. So is a joiner: in some scripts it is part of how a word is spelled, and it
    /// moves no cursor.
    /// </summary>
    internal static bool IsPrintable(Rune rune) =>
        rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner
        || Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.PrivateUse
            );

    private static string Kept(string text, int maxBytes, Func<Rune, bool> mayStand)
    {
        if (text.Length <= maxBytes && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;

        var kept = new StringBuilder(Math.Min(text.Length, maxBytes));
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune shown = mayStand(rune) ? rune : new Rune('?');
            bytes += shown.Utf8SequenceLength;
            if (bytes > maxBytes - 3)
                return kept.Append("...").ToString();
            kept.Append(shown.ToString());
        }

        return kept.ToString();
    }
}
