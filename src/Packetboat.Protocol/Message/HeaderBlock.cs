using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>
/// A message's header, kept while the message goes by: its octets as they are, and where each field stands. Bounded; a header that does not
/// fit is not kept.
/// </summary>
public sealed class HeaderBlock
{
    public const int MaxOctets = 256 * 1024;

    public const int MaxFields = 2000;

    private readonly List<HeaderField> _fields = [];
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private byte[] _octets = [];
    private int _length;

    /// <summary>The end of the header was seen, or of the message.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Nothing of it can be said.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>From the top. Empty until complete.</summary>
    public IReadOnlyList<HeaderField> Fields => _fields;

    /// <returns>What is body already.</returns>
    public ReadOnlySpan<byte> Append(ReadOnlySpan<byte> octets)
    {
        if (IsComplete)
            return octets;
        int before = _length;
        Keep(octets);
        int end = EndOfHeader(Math.Max(0, before - 3));
        if ((end < 0 ? _length : end) > MaxOctets)
        {
            (IsTooLarge, IsComplete, _octets, _length) = (true, true, [], 0);
            return [];
        }

        if (end < 0)
            return [];
        int body = end + 2 - before;
        _length = end;
        Complete();
        return octets[body..];
    }

    /// <summary>The message is over, perhaps without an empty line.</summary>
    public void Complete()
    {
        if (IsComplete)
            return;
        IsComplete = true;
        FindFields();
    }

    /// <summary>The octets of a field, its line ends included.</summary>
    public ReadOnlySpan<byte> Octets(HeaderField field) => _octets.AsSpan(field.Start, field.Length);

    /// <summary>What follows the colon, folded as it is, without the line end.</summary>
    public ReadOnlySpan<byte> Value(HeaderField field)
    {
        ReadOnlySpan<byte> octets = Octets(field);
        ReadOnlySpan<byte> value = octets[(octets.IndexOf((byte)':') + 1)..];
        return value.EndsWith("\r\n"u8) ? value[..^2] : value;
    }

    /// <summary>The lowest field of this name, null if there is none.</summary>
    /// <param name="name">Lower case.</param>
    public HeaderField? Last(string name) => _last.TryGetValue(name, out int index) ? _fields[index] : null;

    /// <summary>The next above it with its name.</summary>
    public HeaderField? Above(HeaderField field) => field.Above < 0 ? null : _fields[field.Above];

    /// <summary>From the top.</summary>
    /// <param name="name">Lower case.</param>
    public IEnumerable<HeaderField> Named(string name) => _fields.Where(field => field.Name == name);

    /// <summary>The header as it is with more on top, such as the fields that a relay puts in front.</summary>
    /// <param name="fields">With their line ends.</param>
    public HeaderBlock Under(ReadOnlySpan<byte> fields)
    {
        var whole = new HeaderBlock();
        whole.Keep(fields);
        whole.Keep(_octets.AsSpan(0, _length));
        whole.Complete();
        whole.IsTooLarge |= IsTooLarge;
        return whole;
    }

    private void Keep(ReadOnlySpan<byte> octets)
    {
        if (_length + octets.Length > _octets.Length)
            Array.Resize(ref _octets, Math.Max(_length + octets.Length, Math.Min(2 * _octets.Length, MaxOctets)));
        octets.CopyTo(_octets.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>The place of the empty line, below zero if it has not come yet.</summary>
    private int EndOfHeader(int from)
    {
        if (from == 0 && _length >= 2 && IsLineEnd(0))
            return 0;
        int found = _octets.AsSpan(from, _length - from).IndexOf("\r\n\r\n"u8);
        return found < 0 ? -1 : from + found + 2;
    }

    private bool IsLineEnd(int at) => _octets[at] == '\r' && _octets[at + 1] == '\n';

    private void FindFields()
    {
        int start = 0;
        for (int at = 0; at < _length; )
        {
            int line = _octets.AsSpan(at, _length - at).IndexOf("\r\n"u8);
            at = line < 0 ? _length : at + line + 2;
            if (at < _length && _octets[at] is (byte)' ' or (byte)'\t')
                continue;
            Add(start, at - start);
            start = at;
            if (_fields.Count <= MaxFields)
                continue;
            IsTooLarge = true;
            _fields.Clear();
            _last.Clear();
            return;
        }
    }

    private void Add(int start, int length)
    {
        ReadOnlySpan<byte> field = _octets.AsSpan(start, length);
        int colon = field.IndexOf((byte)':');
        // What is no field stays in its place, and nothing can name it.
        string name = colon <= 0 ? "" : Encoding.Latin1.GetString(field[..colon].TrimEnd(" \t"u8)).ToLowerInvariant();
        int above = _last.GetValueOrDefault(name, -1);
        if (name.Length > 0)
            _last[name] = _fields.Count;
        _fields.Add(new HeaderField(name, start, length, above));
    }
}

/// <summary>A field's place in its <see cref="HeaderBlock"/>.</summary>
/// <param name="Name">Lower case; empty for a line that is no field.</param>
/// <param name="Start">Octets.</param>
/// <param name="Length">Octets, the last line end included.</param>
/// <param name="Above">The index of the next above with this name; below zero: none.</param>
public readonly record struct HeaderField(string Name, int Start, int Length, int Above);
