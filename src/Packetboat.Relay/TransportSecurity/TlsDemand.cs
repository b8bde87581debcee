using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>What TLS to a host must be before it gets a domain's mail.</summary>
internal abstract record TlsDemand
{
    private TlsDemand() { }

    /// <summary>Who demands it, in words; empty: nobody does.</summary>
    public virtual string Source => "";

    /// <summary>As people are told.</summary>
    public abstract string Words { get; }

    /// <summary>Without it nothing is sent.</summary>
    public bool IsFirm => this is Verified or Dane;

    /// <summary>Where the host offers it, whoever's certificate it is. RFC 7435.</summary>
    public sealed record Opportunistic : TlsDemand
    {
        public override string Words => "TLS where the host offers it, whoever's certificate it is";
    }

    /// <summary>As before, but what a policy would say of it is noted: its domain only tries it out. RFC 8461 §5.</summary>
    /// <param name="Domain">Whose policy.</param>
    /// <param name="IsNamed">The policy names the host.</param>
    public sealed record Tested(string Domain, bool IsNamed) : TlsDemand
    {
        public override string Words =>
            $"TLS where the host offers it, whoever's certificate it is; {Domain} has an MTA-STS policy on trial";
    }

    /// <summary>A certificate for the host from an authority that this machine trusts. RFC 8461 §4.</summary>
    /// <param name="Domain">Whose policy demands it.</param>
    public sealed record Verified(string Domain) : TlsDemand
    {
        public override string Source => $"the MTA-STS policy of {Domain}";

        public override string Words => $"TLS, certificate verified: {Source} demands it";
    }

    /// <summary>The certificate that the host's TLSA records name. RFC 7672 §2.2.</summary>
    /// <param name="Host">Whose records.</param>
    /// <param name="Records">None: none can be used, and any certificate will do.</param>
    /// <param name="Names">By which the certificate may call itself.</param>
    public sealed record Dane(string Host, IReadOnlyList<TlsaRecord> Records, IReadOnlyList<string> Names) : TlsDemand
    {
        public override string Source => $"the TLSA records of {Host}";

        public override string Words =>
            Records.Count == 0
                ? $"TLS, whoever's certificate it is: {Source} demand it (DANE), and none of them can be used"
                : $"TLS, with a certificate that {Source} name (DANE)";
    }

    /// <summary>The host gets nothing, whatever it offers.</summary>
    /// <param name="Reply">Why.</param>
    public sealed record Forbidden(SmtpReply Reply) : TlsDemand
    {
        public override string Words => $"nothing is sent: {Reply.Text}";
    }
}
