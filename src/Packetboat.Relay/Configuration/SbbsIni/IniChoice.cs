namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>One of several names, or its number.</summary>
public static class IniChoice
{
    /// <returns>The index in <paramref name="names"/>.</returns>
    /// <remarks>Only the first word counts: a name in full, else the first name that begins so, else a number.</remarks>
    public static IniReading<int> Read(string text, IReadOnlyList<string> names)
    {
        string word = text.Split([' ', '\t', ';'], 2)[0];
        int index = IndexOf(names, n => n.Equals(word, StringComparison.OrdinalIgnoreCase));
        if (index < 0 && word.Length > 0)
            index = IndexOf(names, n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
            return new IniReading<int>(index);

        IniReading<long> number = IniNumber.ReadInteger(word);
        if (number.Faults.Count == 0 && number.Value >= 0 && number.Value < names.Count)
            return new IniReading<int>((int)number.Value);

        return new IniReading<int>(
            0,
            new IniFault(Severity.Error, $"not one of {string.Join(", ", names)}", NearestName.Of(word, names))
        );
    }

    private static int IndexOf(IReadOnlyList<string> names, Func<string, bool> isMeant)
    {
        for (int i = 0; i < names.Count; i++)
            if (isMeant(names[i]))
                return i;
        return -1;
    }
}
