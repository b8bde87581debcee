namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>
/// An ini file, the files that it includes in their places. A document cannot be malformed: whatever is not understood is passed over, as
/// Synchronet does, and listed so that somebody can ask.
/// </summary>
public sealed class IniDocument
{
    private readonly List<IniSection> _sections = [IniSection.Root()];

    internal IniDocument(IReadOnlyList<IniLine> lines, IReadOnlyList<string> files, IReadOnlyList<Problem> problems)
    {
        Lines = lines;
        Files = files;
        Problems = problems;
        foreach (IniLine line in lines)
        {
            if (IniSection.ReadHeader(line) is { } section)
                _sections.Add(section);
            else
                _sections[^1].Add(line);
        }
    }

    public static IniDocument Empty { get; } = new([], [], []);

    /// <summary>In the order in which they count; <c>!include</c> lines are replaced by what they name.</summary>
    public IReadOnlyList<IniLine> Lines { get; }

    /// <summary>Full paths of all files that were read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Includes that failed.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>The root section first.</summary>
    public IReadOnlyList<IniSection> Sections => _sections;

    /// <summary>The first section of exactly that name, else the first that differs only in case. Later ones are never read.</summary>
    public IniSection? Section(string name) =>
        _sections.Find(s => s.IsNamed(name, StringComparison.Ordinal))
        ?? _sections.Find(s => s.IsNamed(name, StringComparison.OrdinalIgnoreCase));

    public IniEntry? Find(string section, string key) => Section(section)?.Find(key);
}
