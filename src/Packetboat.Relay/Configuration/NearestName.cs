namespace Packetboat.Relay.Configuration;

/// <summary>Finds the name that a mistyped one was meant to be.</summary>
public static class NearestName
{
    /// <returns>The known name with the fewest letters different, or null if none is near enough to be what was meant.</returns>
    public static string? Of(string mistyped, IEnumerable<string> known)
    {
        if (mistyped.Length is 0 or > 64)
            return null;

        known = [.. known];
        // Half a name is nearer to its whole than any other by its letters: Recipient is RecipientDomain.
        if (mistyped.Length >= 4 && known.FirstOrDefault(name => IsBeginningOf(mistyped, name)) is { } whole)
            return whole;
        string? nearest = null;
        int fewest = Math.Max(2, mistyped.Length / 3) + 1;
        foreach (string name in known)
        {
            int distance = Distance(mistyped.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < fewest)
                (nearest, fewest) = (name, distance);
        }

        return nearest;
    }

    private static bool IsBeginningOf(string beginning, string name) =>
        name.Length > beginning.Length && name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);

    /// <summary>Letters to insert, remove or change (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int change = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
