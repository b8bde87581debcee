namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>Reads an ini file and what it includes into a document.</summary>
/// <param name="baseDirectory">What relative <c>!include</c> patterns are relative to.</param>
/// <param name="nameOf">How a full path is shown to an operator.</param>
public sealed class IniReader(string baseDirectory, Func<string, string> nameOf)
{
    /// <summary>Synchronet's own limit.</summary>
    public const int MaxIncludes = 10_000;

    // Ours: a chain of includes costs stack, and their sum costs memory.
    private const int MaxDepth = 64;
    private const int MaxOctets = 16 * 1024 * 1024;
    private static readonly StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    private readonly List<IniLine> _lines = [];
    private readonly List<string> _files = [];
    private readonly List<Problem> _problems = [];
    private readonly Stack<string> _open = new();
    private int _includes;
    private int _octets;
    private bool _isEnded;

    public static IniDocument Read(string path, string baseDirectory, Func<string, string> nameOf)
    {
        var reader = new IniReader(baseDirectory, nameOf);
        reader.ReadFile(path, includedBy: null);
        return new IniDocument(reader._lines, reader._files, reader._problems);
    }

    /// <summary>Reads octets that came from elsewhere. Includes are read from the disk all the same.</summary>
    public static IniDocument Parse(ReadOnlyMemory<byte> content, string file, string baseDirectory)
    {
        var reader = new IniReader(baseDirectory, static path => path);
        reader.ReadLines(content, file);
        return new IniDocument(reader._lines, reader._files, reader._problems);
    }

    private void ReadFile(string path, IniLine? includedBy)
    {
        (byte[]? content, string fault) = BoundedFile.Read(path, MaxOctets - _octets);
        if (content is null)
        {
            Report(
                Severity.Error,
                includedBy ?? new IniLine(nameOf(path), 0, default),
                $"cannot read {nameOf(path)}: {fault}",
                ""
            );
            return;
        }

        _octets += content.Length;
        _files.Add(path);
        _open.Push(path);
        ReadLines(content, nameOf(path));
        _open.Pop();
    }

    private void ReadLines(ReadOnlyMemory<byte> content, string file)
    {
        if (content.Span.StartsWith("\uFEFF"u8))
            content = content[3..]; // a Windows editor's mark; as part of the first line it would hide a section

        for (int number = 1; content.Length > 0 && !_isEnded; number++)
        {
            int end = content.Span.IndexOf((byte)'\n');
            int length = end < 0 ? content.Length : end + 1;
            Take(new IniLine(file, number, content[..length]));
            content = content[length..];
        }
    }

    private void Take(IniLine line)
    {
        const string Include = "!include";
        if (line.Text.TrimEnd().Equals("!eof", IgnoreCase))
            _isEnded = true;
        else if (line.Text.StartsWith(Include, IgnoreCase) && line.Text.AsSpan(Include.Length) is [' ' or '\t', ..])
            ReadIncluded(line, line.Text[Include.Length..].Trim());
        else
            _lines.Add(line);
    }

    /// <summary>Each match goes before those already there, so that the last one's keys are found first.</summary>
    private void ReadIncluded(IniLine line, string pattern)
    {
        IReadOnlyList<string> matches = PathPattern.Match(baseDirectory, pattern);
        if (matches.Count == 0)
            Report(Severity.Warning, line, "no file matches this include", "correct the pattern or remove the line");

        foreach (string path in matches.Reverse())
        {
            if (_isEnded || !MayInclude(line, path))
                return;
            ReadFile(path, line);
        }
    }

    private bool MayInclude(IniLine line, string path)
    {
        string reason =
            _open.Contains(path, StringComparer.Ordinal) ? $"{nameOf(path)} includes itself"
            : _open.Count >= MaxDepth ? $"includes are nested more than {MaxDepth} deep"
            : ++_includes > MaxIncludes ? $"more than {MaxIncludes} includes"
            : "";
        if (reason.Length > 0)
            Report(Severity.Error, line, reason, "remove the line");
        return reason.Length == 0;
    }

    private void Report(Severity severity, IniLine line, string reason, string remedy) =>
        _problems.Add(new Problem(severity, line.File, line.Number, "", line.Text, reason, remedy));
}
