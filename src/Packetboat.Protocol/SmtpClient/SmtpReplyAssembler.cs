using System.Text;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// Puts lines together into replies. RFC 5321 §4.2.1, RFC 2034 §4. Strict about structure, because a reply taken for the answer to
/// another command bounces or loses mail; easy about text, and about 250 without any.
/// </summary>
internal sealed class SmtpReplyAssembler
{
    /// <summary>
    /// Octets without the line end. RFC 5321 §4.5.3.1.5 says 512; quoted policies and addresses make longer ones, and a challenge of AUTH may be of
    /// 12288, RFC 4954 §4.
    /// </summary>
    public const int MaxLine = 12_288 + 4;

    public const int MaxLines = 100;

    public const int MaxTotal = 64 * 1024;

    private readonly List<string> _lines = [];

    /// <summary>What the server must not be quoted with; null: nothing secret was said.</summary>
    public SpokenSecrets? Spoken { get; set; }

    private int _code;
    private int _total;
    private string _enhanced = "";

    /// <summary>True when <paramref name="line"/>, given without its line end, was the last of its reply.</summary>
    /// <exception cref="SmtpProtocolException">The line is no reply line, or not of this reply.</exception>
    public bool TryAdd(ReadOnlySpan<byte> line, out SmtpReply reply)
    {
        reply = default;
        int code = CodeOf(line, Spoken);
        if (_lines.Count > 0 && code != _code)
            throw NotSmtp($"the lines of a reply disagree: {_code} and {code}");
        CheckBounds(line.Length);

        _code = code;
        _lines.Add(TextOf(line));
        if (line.Length > 3 && line[3] == '-')
            return false;

        reply = new SmtpReply(_code, _enhanced, _lines.Count == 1 ? [_lines[0]] : _lines.ToArray());
        Forget();
        return true;
    }

    private static int CodeOf(ReadOnlySpan<byte> line, SpokenSecrets? spoken)
    {
        if (line.IsEmpty)
            throw NotSmtp("a blank line where a reply should be");
        if (line.Length < 3 || line[0] is < (byte)'2' or > (byte)'5' || !IsDigit(line[1]) || !IsDigit(line[2]))
            throw NotSmtp($"not a reply: {Decode(line, spoken)}");
        if (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-'))
            throw NotSmtp($"not a reply: {Decode(line, spoken)}");
        return ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
    }

    private void CheckBounds(int length)
    {
        _total += length;
        if (length > MaxLine || _total > MaxTotal || _lines.Count == MaxLines)
            throw NotSmtp("the reply is too long");
    }

    /// <summary>The code is repeated on every line (RFC 2034 §4) and is taken off each; one of another class than the reply is text.</summary>
    private string TextOf(ReadOnlySpan<byte> line)
    {
        // Of what was taken the words are nobody's concern, and a challenge is not to be changed.
        string text = line.Length > 4 ? Decode(line[4..], _code < 400 ? null : Spoken) : "";
        if (!EnhancedStatus.TryParse(text, out EnhancedStatus status, out int length) || status.Class != _code / 100)
            return text;

        if (_lines.Count == 0)
            _enhanced = text[..length];
        return _enhanced == text[..length] ? text[length..].TrimStart(' ') : text;
    }

    private void Forget()
    {
        _lines.Clear();
        (_code, _total, _enhanced) = (0, 0, "");
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    /// <summary>UTF-8 (RFC 6531 §3.7.4), and Latin-1 for servers that never heard of it: every byte means something.</summary>
    private static string Decode(ReadOnlySpan<byte> octets, SpokenSecrets? spoken)
    {
        string text = System.Text.Unicode.Utf8.IsValid(octets)
            ? Encoding.UTF8.GetString(octets)
            : Encoding.Latin1.GetString(octets);
        return spoken?.Without(text) ?? text;
    }

    private static SmtpProtocolException NotSmtp(string what) => new(SmtpFault.NotSmtp, PrintableText.Of(what, 200));
}
