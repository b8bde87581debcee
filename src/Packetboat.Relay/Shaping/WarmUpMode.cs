namespace Packetboat.Relay.Shaping;

/// <summary>Where mail from an address that is new to a provider is held to what such an address may send on a day.</summary>
public enum WarmUpMode
{
    /// <summary>Where the rest has a relay to go to.</summary>
    Auto,

    /// <summary>Everywhere: without a relay the rest waits for the next day.</summary>
    Always,

    /// <summary>Nowhere, and nothing is counted.</summary>
    Never,
}

/// <summary>As operators write them.</summary>
public static class WarmUpModes
{
    public static IReadOnlyList<string> Words { get; } =
    [.. Enum.GetValues<WarmUpMode>().Select(mode => mode.ToString().ToLowerInvariant())];
}
