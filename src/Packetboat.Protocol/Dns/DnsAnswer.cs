namespace Packetboat.Protocol.Dns;

/// <summary>What came of a question, and nothing else can. RFC 2308 §2, RFC 8020.</summary>
public abstract record DnsAnswer<T>
{
    private DnsAnswer() { }

    /// <param name="Records">At least one, in the server's order.</param>
    /// <param name="IsAuthentic">The resolver says that it has validated them. To be believed of a resolver on this host only. RFC 6840
    /// §5.8.</param>
    public sealed record Found(IReadOnlyList<T> Records, bool IsAuthentic = false) : DnsAnswer<T>;

    /// <summary>The name exists, without records of this type.</summary>
    public sealed record NoData : DnsAnswer<T>;

    /// <summary>There is no such name, and none below it.</summary>
    public sealed record NxDomain : DnsAnswer<T>;

    /// <summary>Nobody knows, for now. Mail waits.</summary>
    public sealed record TemporaryFailure(string Reason) : DnsAnswer<T>;
}
