namespace Packetboat.Protocol.TransportSecurity;

/// <summary>The TXT record that says that a domain has a policy, and when it is another one. RFC 8461 §3.1.</summary>
public static class MtaStsRecord
{
    /// <summary>Where it stands.</summary>
    public static string NameFor(string domain) => $"_mta-sts.{domain}";

    /// <param name="texts">All TXT records of the name. Those of other things do not count; two of this are as good as none.</param>
    /// <returns>The identifier of the policy; null: the domain announces none.</returns>
    public static string? IdOf(IEnumerable<string> texts)
    {
        string[] meant = [.. texts.Where(IsMeant).Take(2)];
        return meant is [var one] ? IdOf(one) : null;
    }

    private static bool IsMeant(string text) =>
        text.Split(';', 2) is [var version, _] && version.TrimEnd(' ', '\t').Equals("v=STSv1", StringComparison.Ordinal);

    private static string? IdOf(string text)
    {
        foreach (string field in text.Split(';', StringSplitOptions.TrimEntries))
            if (field.StartsWith("id=", StringComparison.Ordinal) && IsId(field[3..]))
                return field[3..];
        return null;
    }

    private static bool IsId(string id) => id.Length is > 0 and <= 32 && id.All(char.IsAsciiLetterOrDigit);
}
