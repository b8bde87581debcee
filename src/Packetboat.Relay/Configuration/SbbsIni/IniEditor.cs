using System.Globalization;
using System.Text;

namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>
/// Changes values of an ini file and not an octet besides: comments, order, unknown keys, indents and line ends stay. As Synchronet's own
/// editor does, a key that is there is changed in its line, a new one is indented by a tab and stands before the blank lines that end its
/// section; but behind the commented line of its default where there is one, because its explanation stands there.
/// </summary>
public sealed class IniEditor
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly string _directory;
    private readonly bool _hasMark;
    private readonly List<byte[]> _lines;

    /// <param name="content">All of the file.</param>
    /// <param name="directory">What relative includes are relative to.</param>
    public IniEditor(ReadOnlyMemory<byte> content, string directory)
    {
        _directory = directory;
        _hasMark = content.Span.StartsWith(ByteOrderMark);
        _lines = LinesOf(_hasMark ? content[ByteOrderMark.Length..] : content);
    }

    /// <summary>The file as it is now.</summary>
    public byte[] Content => [.. _hasMark ? ByteOrderMark : [], .. _lines.SelectMany(line => line)];

    /// <summary>Sets a value. What cannot be reached, because an included file decides about it, is left: read the result to see.</summary>
    /// <param name="section">Made at the end of the file when it is not there.</param>
    /// <param name="key">As it is to be written when it is new.</param>
    /// <param name="value">Any text of one line.</param>
    public void Set(string section, string key, string value)
    {
        // An include is not in _lines; its lines have another name.
        const string Here = "";
        var document = IniReader.Parse(Content, Here, _directory);
        IniEntry? entry = document.Find(section, key);
        if (entry is { Line.File: Here })
        {
            if (entry.Text != value)
                _lines[entry.Line.Number - 1] = Changed(_lines[entry.Line.Number - 1], entry.Key, value);
            return;
        }

        if (document.Section(section) is { Header: { File: Here } header })
            Insert(header.Number, key, value);
        else
            Append(section, key, value);
    }

    private void Insert(int firstLine, string key, string value)
    {
        int end = _lines.FindIndex(firstLine, IsHeaderOrEnd);
        end = end < 0 ? _lines.Count : end;
        int place = LastIndex(firstLine, end, line => IsDefaultOf(line, key)) + 1;
        if (place > 0)
        {
            _lines.Insert(place, Line(key, value, IndentOf(_lines[place - 1])));
            EndLineBefore(place);
            return;
        }

        place = PlaceIn(firstLine, end);
        _lines.Insert(place, Line(key, value, IndentOfEntries(firstLine, place)));
        EndLineBefore(place);
    }

    /// <summary>Before the blank lines at the end; and before a comment that stands right above the next section, which it is about.</summary>
    private int PlaceIn(int firstLine, int end)
    {
        int comment = end;
        while (end < _lines.Count && comment > firstLine && Text(_lines[comment - 1]).TrimStart() is [';', ..])
            comment--;
        int place = comment > firstLine && IsBlank(_lines[comment - 1]) ? comment : end;
        while (place > firstLine && IsBlank(_lines[place - 1]))
            place--;
        return place;
    }

    private void Append(string section, string key, string value)
    {
        int end = _lines.FindIndex(line => Text(line).TrimEnd().Equals("!eof", StringComparison.OrdinalIgnoreCase));
        end = end < 0 ? _lines.Count : end;
        bool isFirst = end == 0;
        byte[][] added = [Encoding.UTF8.GetBytes($"[{section}]{LineEnd}"), Line(key, value, "\t")];
        _lines.InsertRange(end, isFirst ? added : [Encoding.UTF8.GetBytes(LineEnd), .. added]);
        EndLineBefore(end);
    }

    /// <summary>The last line of a file may have no end.</summary>
    private void EndLineBefore(int place)
    {
        if (place > 0 && _lines[place - 1] is not [.., (byte)'\n'])
            _lines[place - 1] = [.. _lines[place - 1], .. Encoding.ASCII.GetBytes(LineEnd)];
    }

    private string LineEnd => _lines.Count > 0 && _lines[0] is [.., (byte)'\r', (byte)'\n'] ? "\r\n" : "\n";

    /// <summary>What stands before the value stays, as far as it can.</summary>
    private static byte[] Changed(byte[] line, string key, string value)
    {
        int separator = line.AsSpan().IndexOfAny((byte)'=', (byte)':');
        int start = separator + 1;
        while (start < line.Length && line[start] is (byte)' ' or (byte)'\t')
            start++;
        int end = line.Length;
        while (end > start && line[end - 1] is (byte)'\r' or (byte)'\n')
            end--;
        int indent = line.AsSpan().IndexOfAnyExcept((byte)' ', (byte)'\t');
        bool keeps = line[separator] == (byte)'=' && !MustQuote(value);
        byte[] before = keeps
            ? [.. line[..start], .. start == separator + 1 && line[separator - 1] is (byte)' ' ? " "u8 : []]
            : [.. line[..indent], .. Encoding.UTF8.GetBytes(MustQuote(value) ? $"{key}:" : $"{key} = ")];
        return [.. before, .. Encoding.UTF8.GetBytes(Written(value)), .. line[end..]];
    }

    private byte[] Line(string key, string value, string indent) =>
        Encoding.UTF8.GetBytes(indent + key + (MustQuote(value) ? ":" : " = ") + Written(value) + LineEnd);

    private static bool MustQuote(string value) => value.Length > 0 && (value.Trim() != value || value.Any(char.IsControl));

    private static string Written(string value)
    {
        if (!MustQuote(value))
            return value;
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            if (c is '\\' or '"')
                text.Append('\\').Append(c);
            else if (char.IsControl(c) && c <= byte.MaxValue)
                text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }

    private string IndentOfEntries(int from, int to)
    {
        int entry = LastIndex(from, to, line => IniEntry.Read(new IniLine("", 0, line), "") is not null);
        return entry < 0 ? "\t" : IndentOf(_lines[entry]);
    }

    private int LastIndex(int from, int to, Predicate<byte[]> wanted) =>
        to <= from ? -1 : _lines.FindLastIndex(to - 1, to - from, wanted);

    private static string IndentOf(byte[] line) => string.Concat(Text(line).TakeWhile(c => c is ' ' or '\t'));

    private static bool IsDefaultOf(byte[] line, string key)
    {
        string text = Text(line).TrimStart();
        return text is [';', ..]
            && IniEntry.Read(new IniLine("", 0, Encoding.UTF8.GetBytes(text[1..])), "") is { } entry
            && entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsHeaderOrEnd(byte[] line) =>
        IniSection.ReadHeader(new IniLine("", 0, line)) is not null
        || Text(line).TrimEnd().Equals("!eof", StringComparison.OrdinalIgnoreCase);

    private static bool IsBlank(byte[] line) => Text(line).Trim().Length == 0;

    private static string Text(byte[] line) => new IniLine("", 0, line).Text;

    private static List<byte[]> LinesOf(ReadOnlyMemory<byte> content)
    {
        var lines = new List<byte[]>();
        while (content.Length > 0)
        {
            int end = content.Span.IndexOf((byte)'\n');
            int length = end < 0 ? content.Length : end + 1;
            lines.Add(content[..length].ToArray());
            content = content[length..];
        }

        return lines;
    }
}
