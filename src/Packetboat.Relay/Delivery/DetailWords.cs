using System.Text;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// What we say of a failure ourselves, in another language: it is stored in English, as the log has it, and known again by the sentences of
/// <c>[detail]</c> in <c>en.ini</c>. What is in none of them, such as words of the operating system, stays as it is.
/// </summary>
/// <param name="english">The file of the sentences.</param>
/// <param name="other">The file of their translations, by the same keys.</param>
internal sealed class DetailWords(IniDocument english, IniDocument other)
{
    public const string Section = "detail";

    /// <summary>A reason in a reason in a reason; what is deeper is nobody's sentence.</summary>
    private const int Deepest = 4;

    private readonly (Piece[] Sentence, string Key)[] _sentences =
    [
        .. english.Section(Section)!.Entries.Select(entry => (Pieces(entry.Text), entry.Key)),
    ];

    public string Of(string words) => Of(words, Deepest);

    private string Of(string words, int deepest)
    {
        if (deepest == 0)
            return words;
        foreach ((Piece[] sentence, string key) in _sentences)
            if (Match(sentence, words) is { } values && other.Find(Section, key)?.Text is { } translated)
                return Fill(translated, values, deepest - 1);
        return words;
    }

    private string Fill(string translated, Dictionary<string, string> values, int deepest)
    {
        var text = new StringBuilder();
        foreach (Piece piece in Pieces(translated))
            text.Append(
                !piece.IsPlace ? piece.Text
                : piece.IsSentence ? Of(values[piece.Text], deepest)
                : values[piece.Text]
            );
        return text.ToString();
    }

    /// <summary>What stands in the places of a sentence; null where the words are another.</summary>
    private static Dictionary<string, string>? Match(Piece[] sentence, string words)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        int at = 0;
        for (int i = 0; i < sentence.Length; i++)
        {
            Piece piece = sentence[i];
            if (!piece.IsPlace)
            {
                if (string.CompareOrdinal(words, at, piece.Text, 0, piece.Text.Length) != 0)
                    return null;
                at += piece.Text.Length;
                continue;
            }

            int end = i + 1 < sentence.Length ? words.IndexOf(sentence[i + 1].Text, at, StringComparison.Ordinal) : words.Length;
            // A name has no blank in it; so a sentence about one is not taken for another's beginning.
            if (end <= at || (piece.IsName && words.AsSpan(at, end - at).Contains(' ')))
                return null;
            values[piece.Text] = words[at..end];
            at = end;
        }

        return at == words.Length ? values : null;
    }

    /// <summary>Text, place, text, ...: two places never stand side by side.</summary>
    private static Piece[] Pieces(string sentence)
    {
        var pieces = new List<Piece>();
        int at = 0;
        while (sentence.IndexOf('{', at) is >= 0 and var begin)
        {
            int end = sentence.IndexOf('}', begin);
            if (begin > at)
                pieces.Add(new Piece(sentence[at..begin], IsPlace: false));
            pieces.Add(new Piece(sentence[(begin + 1)..end], IsPlace: true));
            at = end + 1;
        }

        if (at < sentence.Length)
            pieces.Add(new Piece(sentence[at..], IsPlace: false));
        return [.. pieces];
    }

    /// <param name="Text">Itself, or the name of the place.</param>
    /// <param name="IsPlace">Something else stands there each time.</param>
    private sealed record Piece(string Text, bool IsPlace)
    {
        /// <summary>Ours again. What a peer said is in other places, and is left as he said it.</summary>
        public bool IsSentence => Text is "reason" or "source";

        public bool IsName =>
            Text is "host" or "domain" or "rule" or "seconds" or "count" or "date" or "day" or "address" or "stage";
    }
}
