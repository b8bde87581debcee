using System.Text;

namespace Packetboat.Protocol.Smtp;

/// <summary>Walks over <c>KEYWORD=value</c> words behind a path. RFC 5321 §4.1.2 (esmtp-param).</summary>
internal ref struct EsmtpParameters(ReadOnlySpan<byte> text)
{
    private readonly List<string> _seen = [];
    private ReadOnlySpan<byte> _rest = text;

    public string Keyword { get; private set; } = "";

    public ReadOnlySpan<byte> Value { get; private set; } = default;

    public bool HasValue { get; private set; } = false;

    public bool IsRepeated { get; private set; } = false;

    public bool Next()
    {
        _rest = _rest.TrimStart((byte)' ');
        if (_rest.Length == 0)
            return false;

        int end = _rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = end < 0 ? _rest : _rest[..end];
        _rest = _rest[word.Length..];

        int equals = word.IndexOf((byte)'=');
        HasValue = equals >= 0;
        Keyword = PrintableText.Of(Encoding.UTF8.GetString(HasValue ? word[..equals] : word), 60).ToUpperInvariant();
        Value = HasValue ? word[(equals + 1)..] : default;
        IsRepeated = _seen.Contains(Keyword, StringComparer.Ordinal);
        _seen.Add(Keyword);
        return true;
    }

    /// <summary>The answer to the word that <see cref="Next"/> stands on.</summary>
    public readonly SmtpReply Refusal(bool isKnown)
    {
        if (!isKnown)
            return new SmtpReply(555, "5.5.4", $"The parameter {Keyword} is not known here");
        return IsRepeated
            ? new SmtpReply(501, "5.5.4", $"The parameter {Keyword} is given twice")
            : new SmtpReply(501, "5.5.4", $"The parameter {Keyword} has a value that its standard does not allow");
    }
}
