namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>A header and the lines up to the next one. The root section has no header and an empty name.</summary>
public sealed class IniSection
{
    private readonly List<IniEntry> _entries = [];
    private readonly List<IniLine> _strays = [];

    private IniSection(IReadOnlyList<string> names, IniLine? header)
    {
        Names = names;
        Header = header;
    }

    /// <summary><c>[a|b]</c> has two.</summary>
    public IReadOnlyList<string> Names { get; }

    public IniLine? Header { get; }

    /// <summary>All of them, repeated keys included: the first is the one that counts.</summary>
    public IReadOnlyList<IniEntry> Entries => _entries;

    /// <summary>Lines that are neither entry nor comment nor blank. Synchronet passes over them in silence.</summary>
    public IReadOnlyList<IniLine> Strays => _strays;

    public bool IsRoot => Header is null;

    public static IniSection Root() => new([""], null);

    /// <summary>Reads a header, or says that the line is none. What follows the last <c>]</c> is a remark.</summary>
    public static IniSection? ReadHeader(IniLine line)
    {
        string text = line.Text.TrimStart();
        int end = text.LastIndexOf(']');
        if (end < 1 || text[0] != '[')
            return null;
        return new IniSection(text[1..end].Split('|', StringSplitOptions.TrimEntries), line);
    }

    public bool IsNamed(string name, StringComparison comparison) => Names.Any(n => n.Equals(name, comparison));

    /// <summary>The first entry of that name.</summary>
    public IniEntry? Find(string key) => _entries.Find(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    internal void Add(IniLine line)
    {
        string text = line.Text.Trim();
        if (text.Length == 0 || text[0] == ';')
            return;
        if (IniEntry.Read(line, Names[0]) is { } entry)
            _entries.Add(entry);
        else
            _strays.Add(line);
    }
}
