namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>Names or numbers joined by <c>|</c>.</summary>
public static class IniFlags
{
    /// <param name="text">The value; blank means none.</param>
    /// <param name="known">The names and their bits.</param>
    /// <param name="former">Names that are no longer known, and what they are called now; empty if they are gone.</param>
    public static IniReading<uint> Read(
        string text,
        IReadOnlyDictionary<string, uint> known,
        IReadOnlyDictionary<string, string> former
    )
    {
        uint flags = 0;
        var faults = new List<IniFault>();
        foreach (string item in text.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (known.TryGetValue(item, out uint bit))
                flags |= bit;
            else if (char.IsAsciiDigit(item[0]))
                flags |= ReadNumber(item, faults);
            else
                faults.Add(ExplainUnknown(item, text, known, former));
        }

        return new IniReading<uint>(flags, faults);
    }

    /// <summary>In order of their bits; bits without a name as one number.</summary>
    public static string Write(uint flags, IReadOnlyDictionary<string, uint> known)
    {
        var parts = new List<string>();
        foreach ((string name, uint bit) in known.OrderBy(k => k.Value))
        {
            if ((flags & bit) == 0)
                continue;
            parts.Add(name);
            flags &= ~bit;
        }

        if (flags != 0)
            parts.Add($"0x{flags:x}");
        return string.Join(" | ", parts);
    }

    private static uint ReadNumber(string item, List<IniFault> faults)
    {
        IniReading<long> number = IniNumber.ReadInteger(item);
        faults.AddRange(number.Faults);
        return unchecked((uint)number.Value);
    }

    private static IniFault ExplainUnknown(
        string item,
        string text,
        IReadOnlyDictionary<string, uint> known,
        IReadOnlyDictionary<string, string> former
    )
    {
        if (former.TryGetValue(item, out string? became))
            return ExplainFormer(item, became, text);
        if (item.IndexOf(';', StringComparison.Ordinal) is >= 0 and var remark)
            return new IniFault(
                Severity.Error,
                $"a comment cannot follow flags: it makes {Quote(item[..remark].TrimEnd())} unknown",
                text[..text.IndexOf(';', StringComparison.Ordinal)].TrimEnd()
            );

        string[] words = item.Split([' ', '\t', ',', '+'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 1 && words.All(known.ContainsKey))
            return new IniFault(
                Severity.Error,
                $"flags are joined by |, and {Quote(item)} counts for none",
                string.Join(" | ", words)
            );

        string? nearest = NearestName.Of(item, known.Keys);
        string hint = nearest is null ? "" : $" (did you mean {nearest}?)";
        return new IniFault(
            Severity.Error,
            $"{Quote(item)} is no flag{hint}",
            nearest is null ? Without(item, text) : text.Replace(item, nearest, StringComparison.Ordinal)
        );
    }

    private static IniFault ExplainFormer(string item, string became, string text) =>
        became.Length == 0
            ? new IniFault(Severity.Error, $"{item} no longer exists: leave it out", Without(item, text))
            : new IniFault(
                Severity.Error,
                $"{item} is now called {became}",
                text.Replace(item, became, StringComparison.Ordinal)
            );

    private static string Without(string item, string text) =>
        string.Join(
            " | ",
            text.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(i => i != item)
        );

    private static string Quote(string item) => $"'{item}'";
}
