namespace Packetboat.Protocol.Dns;

/// <summary>Where the mail of a domain goes.</summary>
public abstract record MailHosts
{
    private MailHosts() { }

    /// <param name="Names">To be tried in this order.</param>
    /// <param name="AreImplicit">There is no MX: it is the domain itself. RFC 5321 §5.1.</param>
    public sealed record Found(IReadOnlyList<string> Names, bool AreImplicit) : MailHosts;

    /// <summary>The domain says that it takes no mail. 5.1.10 (RFC 7505 §4.1).</summary>
    public sealed record NullMx : MailHosts;

    /// <summary>The best host is ourselves, yet we do not know the domain: mail would go in circles. 5.4.6 (RFC 5321 §5.1).</summary>
    public sealed record Loop : MailHosts;

    /// <summary>5.1.2.</summary>
    public sealed record NoSuchDomain : MailHosts;

    /// <summary>4.4.3.</summary>
    public sealed record Unknown(string Reason) : MailHosts;
}
