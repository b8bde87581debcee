namespace Packetboat.Relay.Configuration;

/// <summary>
/// The lines <c>alias target</c> of <c>alias.cfg</c>. <c>*text</c> fits what ends in text; a target that begins with <c>*</c> keeps the part
/// that the star stood for. The first line that fits counts, and case does not matter.
/// </summary>
public sealed class AliasList
{
    private readonly (string Alias, string Target)[] _lines;

    private AliasList((string, string)[] lines) => _lines = lines;

    public static AliasList Parse(ReadOnlyMemory<byte> content) =>
        new([.. ListLines.Of(content).Where(line => line[0] != ';').Select(Split).Where(line => line.Target.Length > 0)]);

    /// <returns>A user name or number, an address (a port may follow), <c>sub:code</c>; or null if no line fits.</returns>
    public string? Resolve(string name)
    {
        foreach ((string alias, string target) in _lines)
            if (PartBeforeMatch(name, alias) is { } part && Expand(target, part) is { Length: > 0 } resolved)
                return resolved;
        return null;
    }

    private static string Expand(string target, string part) => target[0] == '*' ? part + target[1..] : target;

    private static (string Alias, string Target) Split(string line)
    {
        int blank = line.AsSpan().IndexOfAny(' ', '\t');
        return blank < 0 ? (line, "") : (line[..blank], line[blank..].TrimStart());
    }

    /// <summary>What the star stands for; empty without one; null if the alias does not fit.</summary>
    private static string? PartBeforeMatch(string name, string alias)
    {
        if (alias[0] != '*')
            return alias.Equals(name, StringComparison.OrdinalIgnoreCase) ? "" : null;
        return name.EndsWith(alias[1..], StringComparison.OrdinalIgnoreCase) ? name[..^(alias.Length - 1)] : null;
    }
}
