namespace Packetboat.Protocol.Dns;

/// <summary>What came of a question, and nothing else can. RFC 2308 §2, RFC 8020.</summary>
public abstract record DnsAnswer<T>
{
    private DnsAnswer() { }

    /// <param name="Records">At least one, in the server's order.</param>
    /// <param name="IsAuthentic">A resolver that the operator trusts says that it has validated them. RFC 6840 §5.8.</param>
    /// <param name="CanonicalName">Where the aliases of the name lead; empty: the name has none. RFC 1034 §3.6.2.</param>
    public sealed record Found(IReadOnlyList<T> Records, bool IsAuthentic = false, string CanonicalName = "") : DnsAnswer<T>;

    /// <summary>The name exists, without records of this type.</summary>
    /// <param name="IsAuthentic">As of <see cref="Found"/>.</param>
    public sealed record NoData(bool IsAuthentic = false) : DnsAnswer<T>;

    /// <summary>There is no such name, and none below it.</summary>
    public sealed record NxDomain : DnsAnswer<T>;

    /// <summary>Nobody knows, for now. Mail waits.</summary>
    public sealed record TemporaryFailure(string Reason) : DnsAnswer<T>;
}
