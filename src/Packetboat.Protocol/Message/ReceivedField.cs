using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>The trace field that a hop puts in front of a message. RFC 5321 §4.4, RFC 3848, RFC 6531 §3.7.3.</summary>
/// <param name="Client">What the client called itself.</param>
/// <param name="ClientAddress">Where it connected from.</param>
/// <param name="HostName">This host.</param>
/// <param name="IsExtended">EHLO, not HELO.</param>
/// <param name="Tls">The TLS version and cipher, null without TLS.</param>
/// <param name="IsAuthenticated">Somebody signed in. The account's name stays out of mail that goes to the world.</param>
/// <param name="IsSmtpUtf8">MAIL said SMTPUTF8.</param>
/// <param name="Id">The message's id.</param>
/// <param name="OnlyRecipient">Null when there is more than one: naming them would tell each of the blind copies to the others.</param>
/// <param name="At">When.</param>
public sealed record ReceivedField(
    string Client,
    IPAddress ClientAddress,
    string HostName,
    bool IsExtended,
    string? Tls,
    bool IsAuthenticated,
    bool IsSmtpUtf8,
    string Id,
    MailAddress? OnlyRecipient,
    DateTimeOffset At
)
{
    /// <summary>The protocol word behind <c>with</c>.</summary>
    public string Protocol
    {
        get
        {
            if (!IsExtended)
                return "SMTP";
            string suffix = (Tls is null ? "" : "S") + (IsAuthenticated ? "A" : "");
            return (IsSmtpUtf8 ? "UTF8SMTP" : "ESMTP") + suffix;
        }
    }

    /// <summary>A host's address as RFC 5321 §4.1.3 writes it.</summary>
    public static string Literal(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[IPv6:{new IPAddress(plain.GetAddressBytes())}]"
            : $"[{plain}]";
    }

    /// <summary>RFC 5322 §3.3: <c>Sun, 22 Nov 2026 15:03:29 +0000</c>.</summary>
    public static string Date(DateTimeOffset time) =>
        time.ToString("ddd, d MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
        + time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    /// <summary>The field with its CRLF.</summary>
    public byte[] ToBytes()
    {
        // A name that is no name goes out as the address: whatever a stranger says of himself must not shape a header.
        // Nor may a name of other letters than ASCII make a message internationalized that is not.
        bool isFit = MailAddress.IsDomain(Client) && (IsSmtpUtf8 || Ascii.IsValid(Client));
        string client = isFit ? Client : Literal(ClientAddress);
        string tls = Tls is null ? "" : $" ({Tls})";
        string recipient = OnlyRecipient is null ? "" : $"\r\n\tfor <{OnlyRecipient}>";
        return Encoding.UTF8.GetBytes(
            $"Received: from {client} ({Literal(ClientAddress)})\r\n\tby {HostName} (Packetboat) with {Protocol}{tls} id {Id}{recipient};\r\n\t{Date(At)}\r\n"
        );
    }
}
