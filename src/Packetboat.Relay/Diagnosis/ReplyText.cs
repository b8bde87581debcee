using System.Text;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Relay.Diagnosis;

/// <summary>
/// The words of a reply as patterns are held against them: lower case, one blank between words, the codes that servers repeat on each line
/// left out, and <c>@</c> for every word with an address in it, so that nobody is taken for a spammer because his correspondent's name
/// says so.
/// </summary>
internal static class ReplyText
{
    /// <summary>Characters. What comes later in a reply decides nothing.</summary>
    public const int MaxLength = 2048;

    public static string Of(string text)
    {
        var words = new StringBuilder(Math.Min(text.Length, MaxLength));
        ReadOnlySpan<char> rest = text.AsSpan(0, Math.Min(text.Length, MaxLength));
        foreach (Range range in rest.SplitAny(' ', '\t', '\r', '\n'))
            Add(words, WithoutCode(rest[range]));
        return words.ToString();
    }

    private static void Add(StringBuilder words, ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || EnhancedStatus.TryParse(word, out _, out _))
            return;
        if (words.Length > 0)
            words.Append(' ');
        if (word.Contains('@'))
            words.Append('@');
        else
            foreach (char letter in word)
                words.Append(Lower(letter));
    }

    /// <summary><c>550-No</c> is <c>No</c>, <c>550</c> is nothing; a number of another kind is a word.</summary>
    private static ReadOnlySpan<char> WithoutCode(ReadOnlySpan<char> word)
    {
        while (BeginsWithCode(word))
            word = word[Math.Min(word.Length, 4)..];
        return word;
    }

    private static bool BeginsWithCode(ReadOnlySpan<char> word) =>
        word.Length >= 3
        && word[0] is '4' or '5'
        && char.IsAsciiDigit(word[1])
        && char.IsAsciiDigit(word[2])
        && (word.Length == 3 || word[3] == '-');

    /// <summary>Of typographic apostrophes there is one kind.</summary>
    private static char Lower(char letter) => letter is '\u2019' or '\u2018' ? '\'' : char.ToLowerInvariant(letter);
}
