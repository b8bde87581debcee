namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>A number and one letter for a power of 1024: <c>K M G T P E</c>.</summary>
public static class IniBytes
{
    private const string Letters = "KMGTPE";

    public static IniReading<long> Read(string text)
    {
        if (!IniNumber.TryScanDecimal(text, out double number, out int length))
            return new IniReading<long>(0, new IniFault(Severity.Error, "not a number of bytes, and read as 0"));

        ReadOnlySpan<char> rest = text.AsSpan(length);
        int power = PowerOf(rest);
        long value = (long)Math.Min(number * Math.Pow(1024, power), long.MaxValue);
        ReadOnlySpan<char> behind = WithoutUnit(rest, power);
        if (IniNumber.IsRemark(behind))
            return new IniReading<long>(value);

        // A blank before the letter is the usual cause: Synchronet then reads plain bytes.
        int meant = PowerOf(behind.TrimStart());
        string better = meant > 0 ? $"{text[..length]}{Letters[meant - 1]}" : Write(value);
        return new IniReading<long>(
            value,
            new IniFault(Severity.Warning, $"read as {Write(value)}: the rest is ignored", better)
        );
    }

    /// <summary>With the largest unit of which it is a whole number: <c>20M</c>.</summary>
    public static string Write(long bytes)
    {
        int power = 0;
        while (bytes != 0 && bytes % 1024 == 0 && power < Letters.Length)
        {
            bytes /= 1024;
            power++;
        }

        return power == 0 ? IniNumber.Invariant(bytes) : $"{bytes}{Letters[power - 1]}";
    }

    private static int PowerOf(ReadOnlySpan<char> rest) =>
        rest.Length == 0 ? 0 : Letters.IndexOf(char.ToUpperInvariant(rest[0]), StringComparison.Ordinal) + 1;

    /// <summary>What follows the letter; <c>MB</c> and <c>MiB</c> say the same as <c>M</c>.</summary>
    private static ReadOnlySpan<char> WithoutUnit(ReadOnlySpan<char> rest, int power)
    {
        ReadOnlySpan<char> behind = power == 0 ? rest : rest[1..];
        if (power > 0 && behind.StartsWith("iB", StringComparison.OrdinalIgnoreCase))
            return behind[2..];
        return behind.StartsWith("B", StringComparison.OrdinalIgnoreCase) ? behind[1..] : behind;
    }
}
