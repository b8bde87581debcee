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

    /// <summary>Without TLS nothing is sent.</summary>
    public bool IsFirm => this is Verified or Dane or Required or Remembered or Tested { Habit: not null };

    /// <summary>A certificate that does not do ends it.</summary>
    public bool IsVerified => this is Verified or Required or Dane { Records.Count: > 0 };

    /// <summary>Where the host offers it, whoever's certificate it is. RFC 7435.</summary>
    public sealed record Opportunistic : TlsDemand
    {
        public override string Words => "TLS where the host offers it, whoever's certificate it is";
    }

    /// <summary>As before, but what a policy would say of it is noted: its domain only tries it out. RFC 8461 §5.</summary>
    /// <param name="Domain">Whose policy.</param>
    /// <param name="IsNamed">The policy names the host.</param>
    /// <param name="Habit">What is known of the host; null: nothing, or not enough.</param>
    public sealed record Tested(string Domain, bool IsNamed, TlsHabit? Habit = null) : TlsDemand
    {
        public override string Source => Habit is null ? "" : Habit.Words;

        public override string Words =>
            $"TLS{(Habit is null ? " where the host offers it" : "")}, whoever's certificate it is; {Domain} has an MTA-STS policy on trial{(Habit is null ? "" : $"; {Habit.Words}, demands TLS")}";
    }

    /// <summary>A certificate for the host from an authority that this machine trusts. RFC 8461 §4.</summary>
    /// <param name="Domain">Whose policy demands it.</param>
    public sealed record Verified(string Domain) : TlsDemand
    {
        public override string Source => $"the MTA-STS policy of {Domain}";

        public override string Words => $"TLS, certificate verified: {Source} demands it";
    }

    /// <summary>As the host has always had it, whoever's certificate it is: that it is gone may be an attack.</summary>
    /// <param name="Habit">What is known of the host.</param>
    public sealed record Remembered(TlsHabit Habit) : TlsDemand
    {
        public override string Source => Habit.Words;

        public override string Words => $"TLS, whoever's certificate it is: {Source}, demands it";
    }

    /// <summary>A certificate for the host from an authority that this machine trusts, because the sender says so. RFC 8689 §4.2.1.</summary>
    public sealed record Required : TlsDemand
    {
        public override string Source => "the sender (REQUIRETLS)";

        public override string Words => $"TLS, certificate verified: {Source} demands it";
    }

    /// <summary>The certificate that the host's TLSA records name. RFC 7672 §2.2.</summary>
    /// <param name="Host">Whose records.</param>
    /// <param name="Records">None: none can be used, and any certificate will do.</param>
    /// <param name="Names">By which the certificate may call itself.</param>
    public sealed record Dane(string Host, IReadOnlyList<TlsaRecord> Records, IReadOnlyList<string> Names) : TlsDemand
    {
        /// <summary>All that are there, for whoever has to mend them.</summary>
        public IReadOnlyList<TlsaRecord> Published { get; init; } = [];

        public override string Source => $"the TLSA records of {Host}";

        public override string Words =>
            Records.Count == 0
                ? $"TLS, whoever's certificate it is: {Source} demand it (DANE), and none of them can be used"
                : $"TLS, with a certificate that {Source} name (DANE)";
    }

    /// <summary>The host gets nothing, whatever it offers.</summary>
    /// <param name="Reply">Why.</param>
    /// <param name="Result">The same as RFC 8460 §4.3 names it.</param>
    public sealed record Forbidden(SmtpReply Reply, string Result = "validation-failure") : TlsDemand
    {
        public override string Words => $"nothing is sent: {Reply.Text}";
    }
}
