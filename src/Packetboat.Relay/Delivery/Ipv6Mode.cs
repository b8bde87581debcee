namespace Packetboat.Relay.Delivery;

/// <summary>Whether mail that goes to its own servers may leave by IPv6.</summary>
public enum Ipv6Mode
{
    /// <summary>Where our own address will not be held against it.</summary>
    Auto,
    Always,
    Never,
}

/// <summary>As operators write them.</summary>
public static class Ipv6Modes
{
    public static IReadOnlyList<string> Words { get; } =
    [.. Enum.GetValues<Ipv6Mode>().Select(mode => mode.ToString().ToLowerInvariant())];
}
