namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>A file name pattern with <c>*</c>, <c>?</c> and <c>[a-z]</c>, in every part of the path.</summary>
internal static class PathPattern
{
    private static readonly char[] Wild = ['*', '?', '['];

    /// <returns>Full paths of the files, in order of their names' octets.</returns>
    public static IReadOnlyList<string> Match(string baseDirectory, string pattern)
    {
        if (pattern.Length == 0 || pattern.Contains('\0', StringComparison.Ordinal))
            return [];

        string full = Path.GetFullPath(Path.Combine(baseDirectory, pattern));
        string root = Path.GetPathRoot(full) ?? "";
        string[] parts = full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> found = [root];
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool isLast = i == parts.Length - 1;
            found = found.SelectMany(directory => Step(directory, part, isLast)).ToList();
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Step(string directory, string part, bool isLast)
    {
        if (part.IndexOfAny(Wild) < 0)
        {
            string path = Path.Combine(directory, part);
            return (isLast ? File.Exists(path) : Directory.Exists(path)) ? [path] : [];
        }

        return List(directory, isLast).Where(path => IsMatch(Path.GetFileName(path), part));
    }

    private static string[] List(string directory, bool files)
    {
        try
        {
            return files ? Directory.GetFiles(directory) : Directory.GetDirectories(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>A hidden file is only found by its dot.</summary>
    private static bool IsMatch(string name, string pattern) =>
        (name[0] != '.' || pattern[0] == '.') && MatchesFrom(name, pattern);

    private static bool MatchesFrom(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        // Only the last star needs to be remembered: giving an earlier one more cannot help where a later one cannot.
        ReadOnlySpan<char> afterStar = default;
        ReadOnlySpan<char> retry = default;
        bool hasStar = false;
        while (name.Length > 0)
        {
            if (pattern is ['*', ..])
            {
                hasStar = true;
                pattern = afterStar = pattern[1..];
                retry = name;
            }
            else if (MatchesOne(name[0], pattern, out int length))
            {
                name = name[1..];
                pattern = pattern[length..];
            }
            else if (hasStar)
            {
                name = retry = retry[1..];
                pattern = afterStar;
            }
            else
            {
                return false;
            }
        }

        return pattern.TrimStart('*').Length == 0;
    }

    private static bool MatchesOne(char c, ReadOnlySpan<char> pattern, out int length)
    {
        length = 1;
        if (pattern.Length == 0)
            return false;

        int close = pattern[0] == '[' ? pattern[1..].IndexOf(']') : -1;
        if (close < 1)
            return pattern[0] == '?' || pattern[0] == c;

        length = close + 2;
        return IsInClass(c, pattern.Slice(1, close));
    }

    private static bool IsInClass(char c, ReadOnlySpan<char> members)
    {
        bool isNegated = members.Length > 1 && members[0] is '!' or '^';
        if (isNegated)
            members = members[1..];

        bool isMember = false;
        for (int i = 0; i < members.Length; i++)
        {
            bool isRange = i + 2 < members.Length && members[i + 1] == '-';
            isMember |= isRange ? c >= members[i] && c <= members[i + 2] : c == members[i];
            i += isRange ? 2 : 0;
        }

        return isMember != isNegated;
    }
}
