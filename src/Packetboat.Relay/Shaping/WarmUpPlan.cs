using System.Globalization;

namespace Packetboat.Relay.Shaping;

/// <summary>How much of an unknown address a provider is sent, day by day; behind the last day as much as it takes.</summary>
/// <param name="Days">Messages, by their recipients, on the first day that anything is sent, the second, and so on.</param>
/// <param name="Source">Where the numbers are from, an URL; may be empty.</param>
public sealed record WarmUpPlan(IReadOnlyList<int> Days, string Source)
{
    public const int MostDays = 90;
    public const int MostMessages = 10_000_000;

    /// <summary>What a list without a day is written as.</summary>
    public const string NoDays = "none";

    public static WarmUpPlan None { get; } = new([], "");

    /// <param name="day">From 1.</param>
    /// <returns>Null: as much as it takes.</returns>
    public int? AllowanceOf(int day) => day <= Days.Count ? Days[Math.Max(1, day) - 1] : null;

    /// <summary>Numbers with commas between them, none less than the one before; <c>none</c>: no day.</summary>
    public static IReadOnlyList<int>? ParseDays(string text)
    {
        if (text.Trim().Equals(NoDays, StringComparison.OrdinalIgnoreCase))
            return [];
        string[] words = text.Split(',', MostDays + 1);
        var days = new List<int>(words.Length);
        foreach (string word in words)
        {
            bool isFit = int.TryParse(word.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int day);
            if (!isFit || day < 1 || day > MostMessages || (days.Count > 0 && day < days[^1]) || days.Count == MostDays)
                return null;
            days.Add(day);
        }

        return days;
    }
}
