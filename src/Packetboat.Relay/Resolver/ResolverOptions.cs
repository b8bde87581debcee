namespace Packetboat.Relay.Resolver;

/// <summary>How names are looked up.</summary>
public sealed record ResolverOptions
{
    /// <summary><c>address</c> or <c>address:port</c> of the one server to ask; null or empty for those the system is configured with.</summary>
    public string? Server { get; init; }

    /// <summary>Never UDP: what Synchronet calls <c>USE_TCP_DNS</c>. Truncated answers are asked for again by TCP in any case.</summary>
    public bool UseTcp { get; init; }

    /// <summary>
    /// What the server says to have validated is believed: it does validate, and nobody else can answer in its place. RFC 6840 §5.8.
    /// </summary>
    public bool IsTrusted { get; init; }

    /// <summary>For each try.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After the first try, on each server.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Answers kept.</summary>
    public int CacheSize { get; init; } = 10_000;
}
