using System.Diagnostics.CodeAnalysis;

namespace Packetboat.Protocol.Dkim;

/// <summary>A tag-list: <c>name=value; name=value</c>. RFC 6376 §3.2. DMARC's records have the same form.</summary>
public sealed class DkimTags
{
    private readonly Dictionary<string, string> _values;

    private DkimTags(Dictionary<string, string> values, string first) => (_values, First) = (values, first);

    /// <summary>The name of the first tag.</summary>
    public string First { get; }

    /// <summary>Null where there is no such tag.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <param name="text">Folded or not.</param>
    /// <param name="tags">Null if a tag is wrong, or stands twice.</param>
    /// <param name="fault">What is wrong; printable.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out DkimTags? tags,
        [NotNullWhen(false)] out string? fault
    )
    {
        (tags, fault) = (null, null);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string first = "";
        foreach (Range range in text.Split(';'))
        {
            ReadOnlySpan<char> tag = Trimmed(text[range]);
            if (tag.IsEmpty)
                continue;
            int equal = tag.IndexOf('=');
            string name = equal < 0 ? "" : Trimmed(tag[..equal]).ToString();
            if (!IsName(name))
            {
                fault = $"'{PrintableText.Ascii(tag.ToString(), 40)}' is no tag";
                return false;
            }

            if (!values.TryAdd(name, Trimmed(tag[(equal + 1)..]).ToString()))
            {
                fault = $"the tag {PrintableText.Ascii(name, 40)} stands twice";
                return false;
            }

            first = values.Count == 1 ? name : first;
        }

        tags = new DkimTags(values, first);
        return true;
    }

    /// <summary>A list with colons between. RFC 6376 §3.5, §3.6.1.</summary>
    public static string[] List(string value) => value.Split(':', StringSplitOptions.TrimEntries);

    /// <summary>Base64 with blanks anywhere. RFC 6376 §2.10.</summary>
    public static bool TryBase64(string? value, out byte[] octets)
    {
        octets = [];
        if (value is null)
            return false;
        byte[] room = new byte[(value.Length * 3 / 4) + 3];
        if (!Convert.TryFromBase64String(value, room, out int length))
            return false;
        octets = room[..length];
        return true;
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]))
            return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return true;
    }

    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> text) => text.Trim(" \t\r\n");
}
