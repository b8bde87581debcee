namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>A number and one letter: <c>Y</c>ears of 365 days, <c>W</c>eeks, <c>D</c>ays, <c>H</c>ours, <c>M</c>inutes; else seconds.</summary>
public static class IniDuration
{
    // No setting is longer, and TimeSpan can hold it.
    private const double MaxSeconds = 200.0 * 365 * 24 * 60 * 60;

    private static readonly (char Letter, long Seconds, string[] Words)[] Units =
    [
        ('Y', 365 * 24 * 60 * 60, ["y", "year", "years"]),
        ('W', 7 * 24 * 60 * 60, ["w", "week", "weeks"]),
        ('D', 24 * 60 * 60, ["d", "day", "days"]),
        ('H', 60 * 60, ["h", "hr", "hrs", "hour", "hours"]),
        ('M', 60, ["m", "min", "mins", "minute", "minutes"]),
        ('S', 1, ["s", "sec", "secs", "second", "seconds"]),
    ];

    public static IniReading<TimeSpan> Read(string text)
    {
        if (!IniNumber.TryScanDecimal(text, out double number, out int length))
            return new IniReading<TimeSpan>(TimeSpan.Zero, new IniFault(Severity.Error, "not a duration, and read as 0"));

        ReadOnlySpan<char> rest = text.AsSpan(length).TrimStart();
        (_, long unit, string[] words) = UnitOf(rest);
        var value = TimeSpan.FromSeconds(Math.Min(number * unit, MaxSeconds));
        if (IsUnderstood(rest, words))
            return new IniReading<TimeSpan>(value);

        string meant = MeantBy(text) is { } sum ? Write(sum) : Write(value);
        string reason = $"read as {Write(value)}: only one number with one letter counts";
        return new IniReading<TimeSpan>(value, new IniFault(Severity.Warning, reason, meant));
    }

    /// <summary>The largest unit of which it is a whole number: <c>2m</c>, <c>90s</c>; zero as <c>0</c>.</summary>
    public static string Write(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        if (duration == TimeSpan.Zero)
            return "0";
        if (TimeSpan.FromSeconds(seconds) != duration)
            return IniNumber.Invariant(duration.TotalSeconds);

        (char letter, long unit, _) = Units.First(u => seconds % u.Seconds == 0);
        return $"{seconds / unit}{char.ToLowerInvariant(letter)}";
    }

    private static (char Letter, long Seconds, string[] Words) UnitOf(ReadOnlySpan<char> rest)
    {
        char letter = rest.Length == 0 ? 'S' : char.ToUpperInvariant(rest[0]);
        return Units.FirstOrDefault(u => u.Letter == letter, Units[^1]);
    }

    /// <summary>The unit may be written in full; anything else behind the number is not what Synchronet takes it for.</summary>
    private static bool IsUnderstood(ReadOnlySpan<char> rest, string[] words)
    {
        int length = WordLength(rest);
        string word = rest[..length].ToString();
        return IniNumber.IsRemark(rest[length..]) && (length == 0 || words.Contains(word, StringComparer.OrdinalIgnoreCase));
    }

    private static int WordLength(ReadOnlySpan<char> rest)
    {
        int length = 0;
        while (length < rest.Length && char.IsAsciiLetter(rest[length]))
            length++;
        return length;
    }

    /// <summary>The sum that <c>1h30m</c> was meant to be, or null if the text is no such sum.</summary>
    private static TimeSpan? MeantBy(ReadOnlySpan<char> text)
    {
        double sum = 0;
        while (text.Length > 0)
        {
            if (!IniNumber.TryScanDecimal(text, out double number, out int length))
                return null;
            text = text[length..].TrimStart();
            (_, long unit, string[] words) = UnitOf(text);
            int word = WordLength(text);
            if (!words.Contains(text[..word].ToString(), StringComparer.OrdinalIgnoreCase))
                return null;
            sum += number * unit;
            text = text[word..].TrimStart();
        }

        return TimeSpan.FromSeconds(Math.Min(sum, MaxSeconds));
    }
}
