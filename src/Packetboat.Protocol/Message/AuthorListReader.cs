using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>Reads a From field once, from its begin to its end; behind a fault it goes on with what is most likely meant.</summary>
internal ref struct AuthorListReader(ReadOnlySpan<byte> field)
{
    private const int MaxCommentDepth = 16;

    private readonly ReadOnlySpan<byte> _field = field;
    private readonly List<MailAddress> _addresses = [];
    private readonly List<string> _domains = [];
    private Words _words = new(field.Length);
    private int _at;

    public readonly IReadOnlyList<MailAddress> Addresses => _addresses;

    public readonly IReadOnlyList<string> Domains => _domains;

    /// <summary>The first one.</summary>
    public string? Fault { get; private set; }

    public void ReadAll()
    {
        while (_at < _field.Length)
            ReadMailbox();
        if (_addresses.Count == 0)
            Fail("has no address");
    }

    /// <summary>Up to and with the comma. Nothing between two commas is no mailbox, and no fault. RFC 5322 §4.4.</summary>
    private void ReadMailbox()
    {
        _words.Clear();
        (bool hasAt, bool hasAngle, bool isOver) = (false, false, false);
        while (!isOver && _at < _field.Length && _field[_at] != ',')
        {
            byte octet = _field[_at];
            if (hasAngle && !IsBlank(octet) && octet != '(')
                Fail("has something between an address and the comma");
            switch (octet)
            {
                case (byte)'<':
                    if (hasAt)
                        Fail("has an address in front of an address; put it in quotation marks");
                    ReadAngle();
                    (hasAt, hasAngle) = (false, true);
                    continue;
                case (byte)'(':
                    SkipComment(hasAngle);
                    _words.Add((byte)' ');
                    continue;
                case (byte)'"':
                    CopyQuoted();
                    continue;
                case (byte)':' or (byte)';' or (byte)'>':
                    Fail($"has a '{(char)octet}' outside of quotation marks");
                    // A colon ends the name of a group, a semicolon the group. RFC 5322 §3.4.
                    if (octet == ':')
                        _words.Clear();
                    isOver = octet == ';';
                    break;
                case < 32 and not ((byte)'\r' or (byte)'\n' or (byte)'\t') or 127:
                    Fail("has a control character");
                    break;
                default:
                    hasAt |= octet == '@';
                    _words.Add(IsBlank(octet) ? (byte)' ' : octet);
                    break;
            }

            _at++;
        }

        if (!isOver)
            _at++; // the comma
        ReadOnlySpan<byte> text = _words.Written.Trim((byte)' ');
        if (!hasAngle && !text.IsEmpty)
            Take(text);
    }

    private void ReadAngle()
    {
        _at++;
        _words.Clear();
        while (_at < _field.Length && _field[_at] != '>')
        {
            if (_field[_at] == '"')
                CopyQuoted();
            else if (_field[_at] == '(')
                SkipCommentInside();
            else
                _words.Add(_field[_at++]);
        }

        if (_at >= _field.Length)
            Fail("has a '<' without a '>'");
        _at++;
        Take(_words.Written.Trim((byte)' '));
    }

    private void SkipCommentInside()
    {
        Fail("has a comment inside of '<' and '>'");
        if (!TrySkipComment())
            _at = _field.Length;
    }

    private void SkipComment(bool isBehindAddress)
    {
        if (TrySkipComment())
            return;
        Fail(isBehindAddress ? "has something between an address and the comma" : "has a comment without an end");
        _at = _field.Length;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        if (!MailAddress.TryParse(text, out MailAddress? address) || address.Domain.Length == 0)
        {
            Fail($"has '{PrintableText.Of(Encoding.UTF8.GetString(text), 80)}', which is no mail address");
            AddDomain(text);
            return;
        }

        if (_addresses.Count < AuthorList.Max)
            _addresses.Add(address);
        else
            Fail($"has more than {AuthorList.Max} addresses");
        Add(address.AsciiDomain);
    }

    /// <summary>What stands behind the last @, with blanks anywhere, as old mail has it. RFC 5322 §4.4.</summary>
    private readonly void AddDomain(ReadOnlySpan<byte> text)
    {
        int at = text.LastIndexOf((byte)'@');
        if (at < 0)
            return;
        string domain = string.Concat(
            Encoding
                .UTF8.GetString(text[(at + 1)..])
                .Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
        );
        if (MailAddress.IsDomain(domain))
            Add(MailAddress.ToAscii(domain));
    }

    private readonly void Add(string domain)
    {
        if (_domains.Count < AuthorList.Max && !_domains.Contains(domain))
            _domains.Add(domain);
    }

    private void Fail(string fault) => Fault ??= fault;

    private static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private bool TrySkipComment()
    {
        int depth = 0;
        int at = _at;
        while (at < _field.Length)
        {
            byte octet = _field[at++];
            if (octet == '\\')
                at++;
            else if (octet == '(' && ++depth > MaxCommentDepth)
                return false;
            else if (octet == ')' && --depth == 0)
            {
                _at = Math.Min(at, _field.Length);
                return at <= _field.Length;
            }
        }

        return false;
    }

    private void CopyQuoted()
    {
        _words.Add(_field[_at++]);
        while (_at < _field.Length)
        {
            byte octet = _field[_at++];
            _words.Add(octet);
            if (octet == '"')
                return;
            if (octet == '\\' && _at < _field.Length)
                _words.Add(_field[_at++]);
        }

        Fail("has a quotation mark without a second one");
    }

    /// <summary>Room for a copy of the whole field, used for one mailbox after another.</summary>
    private struct Words(int capacity)
    {
        private readonly byte[] _bytes = new byte[capacity];
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

        public void Add(byte octet) => _bytes[_length++] = octet;

        public void Clear() => _length = 0;
    }
}
