using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>Where a besieger goes, how far, and what drips from it then, an octet a second.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Door">Which listener.</param>
/// <param name="Tls">What becomes of TLS.</param>
/// <param name="Said">Said at once, line by line, each after the reply to the one before.</param>
/// <param name="Dripped">Said over and over, an octet at a time. Empty: silence.</param>
internal sealed record BesiegerPlan(string Name, Door Door, BesiegerTls Tls, string[] Said, string Dripped)
{
    /// <summary>The server takes mail for it from everybody: a stranger can get as far as DATA.</summary>
    public const string Recipient = "siege@siege.test";

    private const string Hello = "EHLO slow.test";
    private const string Sender = "MAIL FROM:<slow@slow.test>";

    /// <summary>The begin of a ClientHello that never ends.</summary>
    private static readonly string HalfHandshake = "\x16\x03\x01\x01\xfc\x01\x00\x01\xf8\x03\x03" + new string('\x55', 200);

    public static IReadOnlyList<BesiegerPlan> All { get; } =
    [.. OfDoor(Door.Transfer), .. Mailing(Door.Transfer), .. OfDoor(Door.Submission), .. OfTlsDoor()];

    private static IEnumerable<BesiegerPlan> OfDoor(Door door) =>
        [
            new("silent", door, BesiegerTls.None, [], ""),
            new("greeting", door, BesiegerTls.None, [], "EHLO " + new string('x', 400)),
            new("ehlo", door, BesiegerTls.None, [], Hello + "\r\n"),
            new("auth", door, BesiegerTls.None, [Hello, "AUTH PLAIN"], new string('A', 400)),
            new("mail", door, BesiegerTls.None, [Hello], Sender + "\r\nRSET\r\n"),
            new("starttls", door, BesiegerTls.Never, [Hello, "STARTTLS"], ""),
            new("handshake", door, BesiegerTls.Never, [Hello, "STARTTLS"], HalfHandshake),
            new("tls", door, BesiegerTls.Start, [Hello, "STARTTLS"], Hello + "\r\n"),
        ];

    private static IEnumerable<BesiegerPlan> Mailing(Door door) =>
        [
            new("rcpt", door, BesiegerTls.None, [Hello, Sender], $"RCPT TO:<{Recipient}>\r\n"),
            new("data", door, BesiegerTls.None, [Hello, Sender, $"RCPT TO:<{Recipient}>", "DATA"], new string('x', 70) + "\r\n"),
        ];

    private static IEnumerable<BesiegerPlan> OfTlsDoor() =>
        [
            new("silent", Door.TlsSubmission, BesiegerTls.Never, [], ""),
            new("handshake", Door.TlsSubmission, BesiegerTls.Never, [], HalfHandshake),
            new("tls", Door.TlsSubmission, BesiegerTls.First, [], Hello + "\r\n"),
            new("auth", Door.TlsSubmission, BesiegerTls.First, [Hello, "AUTH PLAIN"], new string('A', 400)),
        ];

    public byte[] Drops { get; } = Encoding.Latin1.GetBytes(Dripped);
}
