using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Packetboat.Protocol.Spf;

/// <summary>A macro-string, parsed. RFC 7208 §7.</summary>
public sealed class SpfMacro
{
    private static readonly SearchValues<char> Delimiters = SearchValues.Create(".-+,/_=");

    private const string Letters = "slodiphv";
    private const string ExplanationLetters = "crt";

    private readonly List<Part> _parts;

    private SpfMacro(List<Part> parts) => _parts = parts;

    /// <summary>The validated name of the host is asked for, which costs look-ups.</summary>
    public bool UsesHostName => _parts.Exists(part => part.Letter is 'p');

    /// <summary>A domain-spec: a macro-string that ends in a top label or a macro. RFC 7208 §7.1.</summary>
    public static bool TryParseDomain(ReadOnlySpan<char> text, [NotNullWhen(true)] out SpfMacro? macro)
    {
        macro = null;
        return !text.IsEmpty && !text.Contains(' ') && TryParse(text, isExplanation: false, out macro) && macro.EndsLikeDomain();
    }

    /// <summary>An explanation: blanks and the letters c, r, t may stand in it. RFC 7208 §6.2.</summary>
    public static bool TryParseExplanation(ReadOnlySpan<char> text, [NotNullWhen(true)] out SpfMacro? macro) =>
        TryParse(text, isExplanation: true, out macro);

    /// <summary>Any macro-string: the value of an unknown modifier. RFC 7208 §6.</summary>
    public static bool IsMacroString(ReadOnlySpan<char> text) =>
        !text.Contains(' ') && TryParse(text, isExplanation: false, out _);

    /// <param name="valueOf">The value of a lower-case letter.</param>
    public string Expand(Func<char, string> valueOf)
    {
        var expanded = new StringBuilder();
        foreach (Part part in _parts)
            expanded.Append(part.Letter == '\0' ? part.Text : Transformed(part, valueOf(part.Letter)));
        return expanded.ToString();
    }

    /// <summary>A name that does not fit loses labels on its left. RFC 7208 §7.3.</summary>
    public string ExpandDomain(Func<char, string> valueOf)
    {
        string domain = Expand(valueOf);
        if (domain.EndsWith('.'))
            domain = domain[..^1];
        while (domain.Length > 253 && domain.IndexOf('.', StringComparison.Ordinal) is >= 0 and int dot)
            domain = domain[(dot + 1)..];
        return domain;
    }

    private static bool TryParse(ReadOnlySpan<char> text, bool isExplanation, [NotNullWhen(true)] out SpfMacro? macro)
    {
        macro = null;
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (c is < ' ' or > '~')
                return false;
            if (c != '%')
            {
                literal.Append(c);
                continue;
            }

            if (++at == text.Length)
                return false;
            if (text[at] != '{')
            {
                if (Escaped(text[at]) is not { } meant)
                    return false;
                literal.Append(meant);
                continue;
            }

            int end = text[at..].IndexOf('}');
            if (end < 0 || !TryParseExpansion(text[(at + 1)..(at + end)], isExplanation, out Part part))
                return false;
            if (literal.Length > 0)
                parts.Add(Part.Literal(literal.ToString()));
            literal.Clear();
            parts.Add(part);
            at += end;
        }

        if (literal.Length > 0)
            parts.Add(Part.Literal(literal.ToString()));
        macro = new SpfMacro(parts);
        return true;
    }

    private static string? Escaped(char c) =>
        c switch
        {
            '%' => "%",
            '_' => " ",
            '-' => "%20",
            _ => null,
        };

    /// <summary><c>letter *DIGIT ["r"] *delimiter</c>.</summary>
    private static bool TryParseExpansion(ReadOnlySpan<char> text, bool isExplanation, out Part part)
    {
        part = default;
        if (text.IsEmpty)
            return false;
        char letter = char.ToLowerInvariant(text[0]);
        if (!Letters.Contains(letter) && !(isExplanation && ExplanationLetters.Contains(letter)))
            return false;

        int at = 1;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        int keep = 0;
        if (at > 1)
        {
            // More labels than a name can have is all of them; none is an error. RFC 7208 §7.1.
            ReadOnlySpan<char> digits = text[1..at].TrimStart('0');
            if (digits.IsEmpty)
                return false;
            keep = digits.Length > 3 ? int.MaxValue : int.Parse(digits, CultureInfo.InvariantCulture);
        }

        bool isReversed = at < text.Length && text[at] is 'r' or 'R';
        if (isReversed)
            at++;
        string delimiters = text[at..].ToString();
        if (delimiters.AsSpan().ContainsAnyExcept(Delimiters))
            return false;
        part = new Part("", letter, keep, isReversed, delimiters, char.IsAsciiLetterUpper(text[0]));
        return true;
    }

    private static string Transformed(Part part, string value)
    {
        if (part.Keep > 0 || part.IsReversed || part.Delimiters.Length > 0)
        {
            string[] pieces = value.Split((part.Delimiters.Length == 0 ? "." : part.Delimiters).ToCharArray());
            if (part.IsReversed)
                Array.Reverse(pieces);
            int skipped = part.Keep == 0 || part.Keep >= pieces.Length ? 0 : pieces.Length - part.Keep;
            value = string.Join('.', pieces[skipped..]);
        }

        return part.IsEscaped ? Uri.EscapeDataString(value) : value;
    }

    /// <summary>RFC 7208 §7.1, domain-end: a macro, or a dot and a label with a letter or hyphen in it.</summary>
    private bool EndsLikeDomain()
    {
        if (_parts.Count == 0)
            return false;
        if (_parts[^1].Letter != '\0')
            return true;
        string text = _parts[^1].Text;
        if (text.EndsWith('.'))
            text = text[..^1];
        int dot = text.LastIndexOf('.');
        if (dot < 0)
            return false;
        ReadOnlySpan<char> label = text.AsSpan(dot + 1);
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            return false;
        bool hasOther = false;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
            hasOther |= !char.IsAsciiDigit(c);
        }

        return hasOther;
    }

    /// <param name="Text">Where there is no letter.</param>
    /// <param name="Letter">NUL: literal text.</param>
    /// <param name="Keep">Labels on the right; 0: all.</param>
    /// <param name="IsReversed">Before they are counted.</param>
    /// <param name="Delimiters">Empty: the dot.</param>
    /// <param name="IsEscaped">As in a URL: an upper-case letter.</param>
    private readonly record struct Part(string Text, char Letter, int Keep, bool IsReversed, string Delimiters, bool IsEscaped)
    {
        public static Part Literal(string text) => new(text, '\0', 0, IsReversed: false, "", IsEscaped: false);
    }
}
