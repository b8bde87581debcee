using System.Globalization;

namespace Packetboat.Protocol.Smtp;

/// <summary>An enhanced mail system status code, <c>class.subject.detail</c>. RFC 3463, RFC 5248.</summary>
public readonly record struct EnhancedStatus(int Class, int Subject, int Detail)
{
    /// <summary>No code was given: the default value.</summary>
    public bool IsEmpty => Class == 0;

    /// <summary>Reads the code at the front of a reply's text. RFC 2034 §4.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EnhancedStatus status, out int length)
    {
        status = default;
        length = 0;
        int end = text.IndexOf(' ');
        ReadOnlySpan<char> word = end < 0 ? text : text[..end];
        Span<Range> parts = stackalloc Range[4];
        if (word.Split(parts, '.') != 3 || word[parts[0]] is not ("2" or "4" or "5"))
            return false;
        if (!TryNumber(word[parts[1]], out int subject) || !TryNumber(word[parts[2]], out int detail))
            return false;

        status = new EnhancedStatus(word[0] - '0', subject, detail);
        length = word.Length;
        return true;
    }

    public override string ToString() =>
        IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $"{Class}.{Subject}.{Detail}");

    /// <summary>Digits, looked at one by one: the platform would take a number with NULs behind it.</summary>
    private static bool TryNumber(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 3
            && !text.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
