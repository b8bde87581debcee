using System.Text;

namespace Packetboat.Protocol;

/// <summary>
/// Text from a stranger, made fit for a reply line, a log line, a terminal or a page: no control or format character survives, and the
/// length is bounded. Escape sequences in a remote reply must not reach an operator's terminal.
/// </summary>
public static class PrintableText
{
    /// <param name="text">Anything.</param>
    /// <param name="maxBytes">UTF-8 octets; what is longer ends in <c>...</c>.</param>
    public static string Of(string text, int maxBytes)
    {
        if (text.Length <= maxBytes && System.Text.Ascii.IsValid(text) && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;

        var kept = new StringBuilder(Math.Min(text.Length, maxBytes));
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune shown = IsPrintable(rune) ? rune : new Rune('?');
            bytes += shown.Utf8SequenceLength;
            if (bytes > maxBytes - 3)
                return kept.Append("...").ToString();
            kept.Append(shown.ToString());
        }

        return kept.ToString();
    }

    private static bool IsPrintable(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                System.Globalization.UnicodeCategory.Control
                or System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.Surrogate
                or System.Globalization.UnicodeCategory.LineSeparator
                or System.Globalization.UnicodeCategory.ParagraphSeparator
                or System.Globalization.UnicodeCategory.OtherNotAssigned
                or System.Globalization.UnicodeCategory.PrivateUse
            );
}
