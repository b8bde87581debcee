using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>A point of the comparison: what is sent, and how many messages make a run of some seconds.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Words">As in the table.</param>
/// <param name="Messages">For a server of Postfix's speed; the driver multiplies for faster ones.</param>
/// <param name="Load">What is sent.</param>
internal sealed record Point(string Name, string Words, int Messages, LoadOptions Load)
{
    public const string UserName = "BENCH";
    public const string Password = "bench-password-1";

    private static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 0);

    public bool NeedsAuth => Load.Credentials is not null;

    public static IReadOnlyList<Point> All { get; } =
    [
        Of("4k-c1", "4 KiB, 1 connection", 2500, 1),
        Of("4k-c10", "4 KiB, 10 connections", 3000, 10),
        Of("4k-c50", "4 KiB, 50 connections", 3000, 50),
        Of("4k-c200", "4 KiB, 200 connections", 3000, 200),
        Of("4k-c50-auth", "4 KiB, 50 connections, AUTH PLAIN", 3000, 50, auth: true),
        Of("4k-c200-auth", "4 KiB, 200 connections, AUTH PLAIN", 3000, 200, auth: true),
        Of("4k-c50-new", "4 KiB, 50 at a time, a new connection each", 3000, 50, each: 1),
        Of("4k-c50-tls", "4 KiB, 50 connections, STARTTLS and AUTH", 3000, 50, auth: true, tls: true),
        Of("100k-c10", "100 KiB, 10 connections", 2000, 10, size: 100 << 10),
        Of("100k-c50", "100 KiB, 50 connections", 2000, 50, size: 100 << 10),
        Of("1m-c10", "1 MiB, 10 connections", 700, 10, size: 1 << 20),
    ];

    private static Point Of(
        string name,
        string words,
        int messages,
        int connections,
        int size = 4096,
        int each = 0,
        bool auth = false,
        bool tls = false
    ) =>
        new(
            name,
            words,
            messages,
            new LoadOptions
            {
                Server = Nowhere,
                Connections = connections,
                MessagesPerConnection = each,
                Size = size,
                StartTls = tls,
                Credentials = auth ? (UserName, Password) : null,
            }
        );
}
