namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>A <c>key = value</c> or a <c>key : literal</c>.</summary>
/// <param name="Section">The first name of its section; empty for the root section.</param>
/// <param name="Key">As written.</param>
/// <param name="IsLiteral">Whether the separator is a colon.</param>
/// <param name="Raw">The value with its trailing blanks.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="IsCut">Whether the value was longer than is read.</param>
public sealed record IniEntry(string Section, string Key, bool IsLiteral, string Raw, IniLine Line, bool IsCut)
{
    /// <summary>Synchronet keeps no more of a value than this.</summary>
    public const int MaxLength = 1023;

    /// <summary>What numbers, flags and durations are read from: the text without the blanks around it, literal or not.</summary>
    public string Plain => Raw.Trim();

    /// <summary>
    /// What strings and lists are read from. A literal keeps its trailing blanks, loses a pair of quotes around it and has its C escapes
    /// expanded.
    /// </summary>
    public string Text { get; } = IsLiteral ? ReadLiteral(Raw) : Raw.TrimEnd();

    /// <summary>A blank value is the same as a missing key, for all but a flag list.</summary>
    public bool IsBlank => Text.Length == 0;

    /// <summary>Without the value: it may be a password.</summary>
    public override string ToString() => $"{Line}: {Key}";

    /// <summary>Reads a line, or says that it is not an entry: a comment, blank, or without a separator.</summary>
    public static IniEntry? Read(IniLine line, string section)
    {
        string text = line.Text.TrimStart();
        int separator = text.AsSpan().IndexOfAny('=', ':');
        if (separator < 1 || text[0] is ';' or '[')
            return null;

        string key = text[..separator].TrimEnd();
        string value = text[(separator + 1)..].TrimStart();
        return new IniEntry(
            section,
            key,
            text[separator] == ':',
            value[..Math.Min(value.Length, MaxLength)],
            line,
            value.Length > MaxLength
        );
    }

    private static string ReadLiteral(string raw)
    {
        string trimmed = raw.TrimEnd();
        bool isQuoted = trimmed.Length >= 2 && trimmed[0] == '"' && trimmed[^1] == '"';
        return CEscapes.Expand(isQuoted ? trimmed[1..^1] : raw);
    }
}
