using System.Buffers;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>
/// Looks at a message's header while it arrives, without keeping it: how many hops it has behind it, how often this host
/// was one of them, whether the fields that RFC 6409 §8 lets a submission server add are there, and in whose name it is.
/// </summary>
public sealed class HeaderScanner
{
    private readonly byte[] _ownName;
    private readonly ArrayBufferWriter<byte> _from = new();
    private List<SenderField>? _senders;
    private ArrayBufferWriter<byte>? _kept; // the body of the field that is being read, where it is wanted
    private int _sendersKept;
    private bool _inReceived;
    private Saying _saying;
    private byte _tlsFields; // two is many
    private bool _inTls;
    private bool _saysNo;
    private bool _saysSomething;
    private bool _mayHideFrom; // behind a line that is no field, until the empty line: some go on reading the header there

    /// <param name="hostName">This host, as it writes itself behind <c>by</c> in Received.</param>
    public HeaderScanner(string hostName) => _ownName = Encoding.UTF8.GetBytes($"by {hostName.ToLowerInvariant()}");

    public int ReceivedFields { get; private set; }

    public int OwnReceivedFields { get; private set; }

    public bool HasDate { get; private set; }

    public bool HasMessageId { get; private set; }

    public bool HasFrom => FromFields > 0;

    /// <summary>A message has one. RFC 5322 §3.6.</summary>
    public int FromFields { get; private set; }

    /// <summary>What stands behind the colon of the first From, folds included, as far as <see cref="MaxFrom"/>.</summary>
    public ReadOnlySpan<byte> From => _from.WrittenSpan;

    /// <summary>Sender, Resent-From and Resent-Sender, as they came. RFC 5322 §3.6.2, §3.6.6.</summary>
    public IReadOnlyList<SenderField> Senders => _senders ?? [];

    /// <summary>There are more of these, or longer ones, than are kept.</summary>
    public bool HasMoreSenders { get; private set; }

    /// <summary>A program wrote it: a report (RFC 6522) or an answer that says so (RFC 3834 §5).</summary>
    public bool IsAutomatic { get; private set; }

    /// <summary>Octets of From that are kept. One that fills them is not known whole.</summary>
    public const int MaxFrom = 16 * 1024;

    /// <summary>Of <see cref="Senders"/>.</summary>
    public const int MaxSenders = 10;

    private enum Saying : byte
    {
        Nothing,
        ContentType,
        AutoSubmitted,
    }

    /// <summary>
    /// <c>TLS-Required: No</c>: the sender wants it delivered even where a policy would keep it back. RFC 8689 §3. Said twice it is not clear what
    /// he wants, and the policies hold.
    /// </summary>
    public bool HasTlsRequiredNo => _saysNo && _tlsFields == 1;

    /// <summary>An octet above 127 was seen, in the header or the body.</summary>
    public bool HasEightBit { get; private set; }

    /// <summary>An octet above 127 was seen in the header: the message is internationalized. RFC 6532.</summary>
    public bool HasEightBitHeader { get; private set; }

    /// <summary>The empty line was seen, or a line that is no field: from here on it is body.</summary>
    public bool HeaderEnded { get; private set; }

    public void Reset()
    {
        (_inReceived, _mayHideFrom, _saying, _kept) = (false, false, Saying.Nothing, null);
        (ReceivedFields, OwnReceivedFields, FromFields) = (0, 0, 0);
        (HasDate, HasMessageId, HasEightBit, HasEightBitHeader, HeaderEnded) = (false, false, false, false, false);
        (_tlsFields, _inTls, _saysNo, _saysSomething) = (0, false, false, false);
        (IsAutomatic, HasMoreSenders, _senders, _sendersKept) = (false, false, null, 0);
        _from.ResetWrittenCount();
    }

    /// <param name="lines">One line or more, each with its CRLF.</param>
    public void Lines(ReadOnlySpan<byte> lines)
    {
        while ((!HeaderEnded || _mayHideFrom) && !lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? lines : lines[..(end + 1)];
            Line(line);
            lines = lines[line.Length..];
        }

        HasEightBit |= !Ascii.IsValid(lines);
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        bool eightBit = !Ascii.IsValid(line);
        HasEightBit |= eightBit;
        HasEightBitHeader |= eightBit && !HeaderEnded;
        if (!HeaderEnded)
            HeaderLine(line);
        else
            LookForSenders(line);
    }

    private void HeaderLine(ReadOnlySpan<byte> line)
    {
        if (line[0] is not ((byte)' ' or (byte)'\t'))
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
            {
                (HeaderEnded, _kept, _saying) = (true, null, Saying.Nothing);
                _mayHideFrom = !IsEmpty(line);
                return;
            }

            ReadOnlySpan<byte> name = line[..colon].TrimEnd(" \t"u8);
            Field(name);
            _inTls = Ascii.EqualsIgnoreCase(name, "TLS-Required"u8);
            if (_inTls)
            {
                _tlsFields += (byte)(_tlsFields < 2 ? 1 : 0);
                TlsField(line[(colon + 1)..]);
            }

            Keep(line[(colon + 1)..]);
        }
        else
        {
            if (_inTls)
                TlsField(line);
            Keep(line);
        }

        if (!_inReceived || !NamesThisHost(line))
            return;
        OwnReceivedFields++;
        _inReceived = false; // one field is one hop, however often it names us
    }

    private void Field(ReadOnlySpan<byte> name)
    {
        _inReceived = Ascii.EqualsIgnoreCase(name, "Received"u8);
        if (_inReceived)
            ReceivedFields++;
        HasDate |= Ascii.EqualsIgnoreCase(name, "Date"u8);
        HasMessageId |= Ascii.EqualsIgnoreCase(name, "Message-ID"u8);
        _saying =
            Ascii.EqualsIgnoreCase(name, "Content-Type"u8) ? Saying.ContentType
            : Ascii.EqualsIgnoreCase(name, "Auto-Submitted"u8) ? Saying.AutoSubmitted
            : Saying.Nothing;
        SenderField(name);
    }

    /// <summary>One line of it; the word may stand on any, and must be all that it says.</summary>
    private void TlsField(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> word = line.Trim(" \t\r\n"u8);
        if (word.IsEmpty)
            return;
        _saysNo = !_saysSomething && Ascii.EqualsIgnoreCase(word, "No"u8);
        _saysSomething = true;
    }

    private void LookForSenders(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (IsEmpty(line))
            (_mayHideFrom, _kept) = (false, null);
        else if (line[0] is (byte)' ' or (byte)'\t')
            Keep(line);
        else
        {
            SenderField(colon > 0 ? line[..colon].TrimEnd(" \t"u8) : []);
            Keep(line[(colon + 1)..]);
        }
    }

    private void SenderField(ReadOnlySpan<byte> name)
    {
        _kept = null;
        // A byte order mark in front of the first field's name is nothing to some, and a part of the name to others.
        if (name.StartsWith(ByteOrderMark))
            name = name[ByteOrderMark.Length..];
        if (Ascii.EqualsIgnoreCase(name, "From"u8))
            _kept = ++FromFields == 1 ? _from : null;
        else if (
            Ascii.EqualsIgnoreCase(name, "Sender"u8)
            || Ascii.EqualsIgnoreCase(name, "Resent-From"u8)
            || Ascii.EqualsIgnoreCase(name, "Resent-Sender"u8)
        )
            _kept = OneMoreSender(name);
    }

    private ArrayBufferWriter<byte>? OneMoreSender(ReadOnlySpan<byte> name)
    {
        _senders ??= [];
        HasMoreSenders |= _senders.Count == MaxSenders;
        if (HasMoreSenders)
            return null;
        var body = new ArrayBufferWriter<byte>();
        _senders.Add(new SenderField(Encoding.ASCII.GetString(name), body));
        return body;
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_saying != Saying.Nothing)
            Listen(part.Trim(" \t\r\n"u8));
        if (_kept == _from)
            _from.Write(part[..Math.Min(part.Length, MaxFrom - _from.WrittenCount)]);
        else if (_kept is { } body && !(HasMoreSenders |= _sendersKept + part.Length > MaxFrom))
        {
            body.Write(part);
            _sendersKept += part.Length;
        }
    }

    /// <summary>The field's first word, which may stand on a line behind its name.</summary>
    private void Listen(ReadOnlySpan<byte> word)
    {
        if (word.IsEmpty)
            return;
        IsAutomatic |=
            _saying == Saying.ContentType
                ? StartsWith(word, "multipart/report"u8)
                : !StartsWith(word, "no"u8) && char.IsAsciiLetter((char)word[0]);
        _saying = Saying.Nothing;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    private static bool IsEmpty(ReadOnlySpan<byte> line) => line.TrimEnd("\r\n"u8).IsEmpty;

    /// <summary><c>by</c>, our name, and then the end of that name: <c>mail.example</c> is not <c>mail.example.org</c>.</summary>
    private bool NamesThisHost(ReadOnlySpan<byte> line)
    {
        for (int start = 0; start + _ownName.Length <= line.Length; start++)
        {
            if (!Ascii.EqualsIgnoreCase(line.Slice(start, _ownName.Length), _ownName))
                continue;
            byte before = start == 0 ? (byte)' ' : line[start - 1];
            byte after = start + _ownName.Length < line.Length ? line[start + _ownName.Length] : (byte)' ';
            if (before is (byte)' ' or (byte)'\t' && after is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)';' or (byte)'(')
                return true;
        }

        return false;
    }
}
