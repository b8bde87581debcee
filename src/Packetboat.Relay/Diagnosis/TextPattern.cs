namespace Packetboat.Relay.Diagnosis;

/// <summary>
/// Words that a reply contains: <c>a | b</c> is either, <c>a * b</c> is a and somewhere behind it b. Case and the kind of blanks do not
/// matter. Each part is looked for once, from where the one before it ended, and nothing is ever tried again: no reply can make it slow.
/// </summary>
internal sealed class TextPattern
{
    /// <summary>Letters that the shortest alternative must have: shorter ones fit by accident.</summary>
    public const int MinLength = 3;

    private readonly string[][] _alternatives;

    private TextPattern(string[][] alternatives) => _alternatives = alternatives;

    /// <returns>The pattern, or null and what is wrong with it.</returns>
    public static TextPattern? Parse(string text, out string fault)
    {
        string[][] alternatives =
        [
            .. text.Split('|')
                .Select(alternative => alternative.Split('*').Select(ReplyText.Of).Where(part => part.Length > 0).ToArray()),
        ];
        string? tooShort = Array.Find(text.Split('|'), one => Letters(one) < MinLength);
        fault = tooShort is null
            ? ""
            : $"\"{tooShort.Trim()}\" has fewer than {MinLength} characters that a reply could be known by (addresses and codes do not count)";
        return tooShort is null ? new TextPattern(alternatives) : null;
    }

    /// <param name="words">A reply as <see cref="ReplyText"/> gives it.</param>
    public bool Fits(ReadOnlySpan<char> words)
    {
        foreach (string[] parts in _alternatives)
            if (Fits(words, parts))
                return true;
        return false;
    }

    private static bool Fits(ReadOnlySpan<char> words, string[] parts)
    {
        foreach (string part in parts)
        {
            int at = words.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
                return false;
            words = words[(at + part.Length)..];
        }

        return true;
    }

    private static int Letters(string alternative) => alternative.Split('*').Sum(part => ReplyText.Of(part).Length);
}
