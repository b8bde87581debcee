using System.Text;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// What was said in the sign-in of a session. Some servers repeat what they did not like, then or later, and what they say is filed, shown, and mailed to
/// senders: whatever of it is a part of what was said, whole or cut, is taken out.
/// </summary>
internal sealed class SpokenSecrets
{
    private const string Instead = "(secret)";

    /// <summary>Characters that must agree. Less would be found in ordinary words; a shorter secret is looked for whole.</summary>
    private const int Shortest = 8;

    private readonly List<string> _whole = [];
    private HashSet<string>? _parts;

    /// <param name="text">A password, a token, or what went over the wire.</param>
    public void Add(string text)
    {
        // So few characters are in every other word: they cannot be told from those.
        if (text.Length <= 3 || _whole.Contains(text, StringComparer.Ordinal))
            return;
        _whole.Add(text);
        _parts = null;
    }

    public string Without(string text)
    {
        foreach (string brief in _whole.Where(one => one.Length < Shortest))
            text = text.Replace(brief, Instead, StringComparison.OrdinalIgnoreCase);
        if (text.Length < Shortest)
            return text;
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> parts = (_parts ??= Parts()).GetAlternateLookup<ReadOnlySpan<char>>();
        StringBuilder? cleared = null;
        int kept = 0; // up to here it is in the result
        int end = 0; // of the run that is a part
        for (int i = 0; i + Shortest <= text.Length; i++)
        {
            if (!parts.Contains(text.AsSpan(i, Shortest)))
                continue;
            if (i > end || end == 0)
                (cleared ??= new StringBuilder()).Append(text, kept, i - kept).Append(Instead);
            kept = end = i + Shortest;
        }

        return cleared?.Append(text, kept, text.Length - kept).ToString() ?? text;
    }

    private HashSet<string> Parts()
    {
        var parts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string one in _whole)
            for (int i = 0; i + Shortest <= one.Length; i++)
                parts.Add(one.Substring(i, Shortest));
        return parts;
    }
}
