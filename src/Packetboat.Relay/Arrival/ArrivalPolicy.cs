namespace Packetboat.Relay.Arrival;

/// <summary>What is done with an account's mail that receivers will refuse.</summary>
public enum ArrivalPolicy
{
    /// <summary>It is taken, and the node is told once a day.</summary>
    Warn,

    /// <summary>It is refused with what to publish. RFC 7372 §3.</summary>
    Enforce,

    /// <summary>Where SPF is what is missing the envelope gets a sender of the hub's, by which reports find their way back; then as <see cref="Warn"/>.</summary>
    Rewrite,
}

/// <summary>As operators write them.</summary>
public static class ArrivalPolicies
{
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<ArrivalPolicy>().Select(Word)];

    public static string Word(this ArrivalPolicy policy) => policy.ToString().ToLowerInvariant();

    public static bool TryParse(string word, out ArrivalPolicy policy)
    {
        int index = Words.ToList().FindIndex(one => one.Equals(word, StringComparison.OrdinalIgnoreCase));
        policy = (ArrivalPolicy)Math.Max(0, index);
        return index >= 0;
    }
}
