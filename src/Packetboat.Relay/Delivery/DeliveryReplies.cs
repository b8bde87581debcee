using Packetboat.Protocol.Smtp;

namespace Packetboat.Relay.Delivery;

/// <summary>What we say where no peer said anything. The wording stands here, once. Enhanced codes: RFC 3463, RFC 7505.</summary>
internal static class DeliveryReplies
{
    public static SmtpReply NoSuchDomain(string domain) => new(550, "5.1.2", $"the domain {domain} does not exist");

    public static SmtpReply NoMailHost(string domain) =>
        new(550, "5.1.2", $"the domain {domain} has neither a mail server nor an address of its own");

    public static SmtpReply NullMx(string domain) =>
        new(556, "5.1.10", $"the domain {domain} says that it takes no mail (Null MX)");

    public static SmtpReply Loop(string domain) =>
        new(554, "5.4.6", $"the mail of {domain} is for this host, which does not know the domain: its MX record points to us");

    /// <summary>RFC 3463 §3.8: delivery not authorized.</summary>
    public static SmtpReply MustNotLeave(string rule) =>
        new(550, "5.7.1", $"this mail must not leave the system: the rule {rule} of its operator keeps it in");

    public static SmtpReply DnsTrouble(string domain, string reason) =>
        new(451, "4.4.3", $"the mail servers of {domain} could not be looked up: {reason}");

    public static SmtpReply NoAddress(string host) => new(451, "4.4.4", $"no address was found for {host}");

    public static SmtpReply Ipv6Only(string host) =>
        new(421, "4.4.1", $"{host} has no IPv4 address, and Ipv6 in packetboat.ini is never");

    public static SmtpReply PrivateOnly(string host) =>
        new(
            451,
            "4.4.4",
            $"{host} has only loopback or private addresses, and AllowPrivateTargets in packetboat.ini does not allow those"
        );

    public static SmtpReply CannotConnect(string reason) => new(421, "4.4.1", $"no connection: {reason}");

    public static SmtpReply Broken(string reason) => new(421, "4.4.2", $"the connection failed: {reason}");

    public static SmtpReply NotTried(string reason) => new(421, "4.4.1", $"not tried: {reason}");

    public static SmtpReply NotInPolicy(string host, string domain) =>
        new(451, "4.7.5", $"the MTA-STS policy of {domain} does not name the host {host}; nothing was sent");

    public static SmtpReply TlsaTrouble(string host, string reason) =>
        new(451, "4.4.3", $"the TLSA records of {host} could not be looked up: {reason}");

    public static SmtpReply NoTls(string host, string source) =>
        new(451, "4.7.4", $"TLS is demanded by {source}, and {host} offers none; nothing was sent in clear");

    public static SmtpReply TlsRefused(string host, string source, SmtpReply refusal) =>
        new(451, "4.7.4", $"TLS is demanded by {source}, and {host} refuses it ({refusal}); nothing was sent in clear");

    public static SmtpReply TlsDoubt(string host, string source, string doubt) =>
        new(451, "4.7.5", $"TLS is demanded by {source}, and the certificate of {host} does not do: {doubt}");

    public static SmtpReply TlsBroken(string host, string source, string reason) =>
        new(451, "4.7.5", $"TLS is demanded by {source}, and with {host} it does not come about: {reason}");

    public static SmtpReply NoToken(string name, string reason) =>
        new(451, "4.7.0", $"the sign-in needs the token {name}, and {reason}");

    /// <summary>RFC 8689 §4.2.1.</summary>
    public static SmtpReply NoRequireTls(string host) =>
        new(550, "5.7.30", $"the sender demands REQUIRETLS, and {host} does not offer it; nothing was sent");

    /// <summary>RFC 8689 §4.2.1.</summary>
    public static SmtpReply NotSecure(string host, string reason) =>
        new(550, "5.7.10", $"the sender demands REQUIRETLS, and the way to {host} is not secure enough: {reason}");

    public static SmtpReply PolicyTrouble(string domain, string reason) =>
        new(
            451,
            "4.7.5",
            $"the sender demands REQUIRETLS, and whether {domain} vouches for its servers is not known now: {reason}"
        );

    public static SmtpReply OwnFault { get; } = new(451, "4.3.0", "an internal fault; it is tried again");
}
