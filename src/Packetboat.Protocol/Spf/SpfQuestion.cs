using System.Net;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Spf;

/// <summary>Who sends. RFC 7208 §4.1.</summary>
/// <param name="Address">The host that connects to the receiver.</param>
/// <param name="Sender">MAIL FROM without brackets; empty for the null sender.</param>
/// <param name="Helo">What the host calls itself; may be empty where MAIL FROM is not.</param>
public sealed record SpfQuestion(IPAddress Address, string Sender, string Helo)
{
    /// <summary>As the records write it: an IPv4 address inside an IPv6 one is IPv4. RFC 7208 §5.</summary>
    public IPAddress Host { get; } = Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address;

    /// <summary>RFC 7208 §4.3: without a local part it is postmaster.</summary>
    public string LocalPart { get; } = LocalPartOf(Sender);

    /// <summary>The domain to begin with. RFC 7208 §2.4: the null sender is postmaster at HELO.</summary>
    public string Domain { get; } = Bare(Sender.Length == 0 ? Helo : Sender[(Sender.LastIndexOf('@') + 1)..]);

    /// <summary>The whole sender, as the macro <c>s</c> has it.</summary>
    public string FullSender => $"{LocalPart}@{Domain}";

    private static string LocalPartOf(string sender)
    {
        int at = sender.LastIndexOf('@');
        return at <= 0 ? "postmaster" : sender[..at];
    }

    private static string Bare(string domain)
    {
        string bare = domain.EndsWith('.') ? domain[..^1] : domain;
        return Ascii.IsValid(bare) ? bare : MailAddress.ToAscii(bare);
    }
}
