using System.Globalization;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>
/// Clients that keep a place by being slow, in each phase, as a table: what they said before, what they say then and how often, and after how
/// many seconds they are gone. <c>MaxInactivity</c> is 120 seconds.
/// </summary>
public sealed class SlowClientsTests
{
    private const string Tls = "!|";
    private const string Hello = "EHLO a";
    private const string Mail = Hello + "|MAIL FROM:<a@b.example>";
    private const string Rcpt = Mail + "|RCPT TO:<info@hub.example>";

    /// <summary>Phase, listener, what was said, what is dripped, seconds between two of them, and when it is over.</summary>
    public static TheoryData<string, ListenerKind, string, string, int, int> Table() =>
        new()
        {
            // In the middle of something that has to be whole: as long as one may be silent.
            { "nothing at all", ListenerKind.Transfer, "", "", 1, 120 },
            { "nothing at all, on the TLS port", ListenerKind.TlsSubmission, "", "", 1, 120 },
            { "a handshake of single octets", ListenerKind.TlsSubmission, "", @"\x16\x03\x01\x02{\x00*300}", 1, 120 },
            { "STARTTLS, then no handshake", ListenerKind.Transfer, Hello + "|STARTTLS", "", 1, 120 },
            {
                "STARTTLS, then one of single octets",
                ListenerKind.Transfer,
                Hello + "|STARTTLS",
                @"\x16\x03\x01\x02{\x00*300}",
                1,
                120
            },
            { "a greeting's answer of single octets", ListenerKind.Transfer, "", "{x*300}", 1, 120 },
            { "a command of single octets", ListenerKind.Transfer, Hello, "{MAIL FROM:*40}", 1, 120 },
            { "a name in AUTH of single octets", ListenerKind.Submission, Hello + "|AUTH LOGIN", "{A*300}", 1, 120 },
            { "a recipient of single octets", ListenerKind.Transfer, Mail, "RCPT TO:<{a*300}", 1, 120 },
            { "a message of single octets", ListenerKind.Transfer, Rcpt + "|DATA", "{Subject: x\r\n*40}", 1, 121 },
            { "a message of nothing", ListenerKind.Transfer, Rcpt + "|DATA", "", 1, 120 },
            { "a chunk of single octets", ListenerKind.Transfer, Rcpt + "|BDAT 90000&", "{Subject: x\r\n*40}", 1, 121 },
            { "a chunk that is not wanted, of single octets", ListenerKind.Transfer, "BDAT 90000&", "{x*300}", 1, 121 },
            { "a command of single octets inside TLS", ListenerKind.TlsSubmission, Tls + Hello, "{MAIL FROM:*40}", 1, 120 },
            {
                "a name in AUTH of single octets inside TLS",
                ListenerKind.TlsSubmission,
                Tls + Hello + "|AUTH LOGIN",
                "{A*300}",
                1,
                120
            },
            {
                "a message of single octets inside TLS",
                ListenerKind.Transfer,
                Hello + "|STARTTLS|" + Tls + Rcpt + "|DATA",
                @"{Subject: x\r\n*40}",
                1,
                121
            },
            { "nothing more, inside TLS", ListenerKind.TlsSubmission, Tls + Hello, "", 1, 120 },
            { "NOOP inside TLS, just in time", ListenerKind.TlsSubmission, Tls + Hello, @"NOOP\r\n", 110, 1210 },
            // One command after the other, each in time: ten times as long, whatever they are.
            { "NOOP, just in time", ListenerKind.Transfer, Hello, @"NOOP\r\n", 110, 1210 },
            { "VRFY, just in time", ListenerKind.Transfer, Hello, @"VRFY a\r\n", 110, 1210 },
            { "refused recipients, just in time", ListenerKind.Transfer, Mail, @"RCPT TO:<c@d.example>\r\n", 110, 1210 },
            { "recipients, just in time", ListenerKind.Transfer, Mail, @"RCPT TO:<info@hub.example>\r\n", 110, 1210 },
            {
                "transactions begun, just in time",
                ListenerKind.Transfer,
                Hello,
                @"MAIL FROM:<a@b.example>\r\nRSET\r\n",
                110,
                1210
            },
            { "chunks of nothing, just in time", ListenerKind.Transfer, Rcpt, @"BDAT 0\r\n", 110, 1210 },
            { "chunks of next to nothing, just in time", ListenerKind.Transfer, Rcpt, @"BDAT 1\r\nx", 110, 1210 },
            { "a sign-in broken off, just in time", ListenerKind.Submission, Hello, @"AUTH LOGIN\r\n*\r\n", 110, 1210 },
            { "an unwanted chunk of 2 KiB a second", ListenerKind.Transfer, "BDAT 180000000&", "{x*20480}", 10, 1210 },
        };

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Table))]
    public Task Whoever_only_keeps_his_place_loses_it(
        string phase,
        ListenerKind listener,
        string before,
        string drip,
        int pause,
        int seconds
    ) =>
        Task.Run(
            async () =>
            {
                CancellationToken ct = TestContext.Current.CancellationToken;
                using var scene = Scene(listener);
                SmtpConnections connections = scene.Open();
                var client = new SmtpTestClient(scene, connections);
                await SayAsync(client, before, ct);

                int took = await DripAsync(scene, client, drip, pause, seconds + 300, ct);

                // Not before either: something else would have ended it.
                Assert.True(
                    took <= seconds && took >= seconds - 110,
                    string.Create(CultureInfo.InvariantCulture, $"{phase}: {took} seconds")
                );
                await client.Serving.WaitAsync(ct);
                Assert.Equal(0, connections.Open);
                Assert.Equal(0, scene.Spool.Open);
                Assert.Empty(scene.Spool.Accepted);
            },
            TestContext.Current.CancellationToken
        );

    /// <summary>Slow lines exist: what arrives at a kibioctet a second arrives, however long it takes, whole or in chunks.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("DATA", "x: y\r\n", ".\r\n")]
    [InlineData("BDAT 1814400 LAST&", "x: y\r\n", "")]
    public Task A_slow_line_is_no_crime(string command, string line, string end) =>
        Task.Run(
            async () =>
            {
                CancellationToken ct = TestContext.Current.CancellationToken;
                using var scene = Scene(ListenerKind.Transfer);
                var client = new SmtpTestClient(scene, scene.Open());
                await SayAsync(client, Rcpt + "|" + command, ct);

                byte[] tenSeconds = WireText.Bytes($"{{{line.Replace("\r\n", @"\r\n", StringComparison.Ordinal)}*1800}}");
                for (int sent = 0; sent < 1_814_400; sent += tenSeconds.Length)
                {
                    await client.SendAsync(tenSeconds, ct);
                    scene.Hub.Clock.Advance(TimeSpan.FromSeconds(10));
                }

                await client.SendAsync(WireText.Bytes(end.Replace("\r\n", @"\r\n", StringComparison.Ordinal)), ct);
                Assert.StartsWith("250 2.0.0 Queued", await client.ReplyAsync(ct), StringComparison.Ordinal);
                Assert.StartsWith("250 ", await client.SayAsync("NOOP", ct), StringComparison.Ordinal);
                await client.CloseAsync(ct);
            },
            TestContext.Current.CancellationToken
        );

    /// <summary>The same in many chunks: each buys the time that its octets may take.</summary>
    [Fact(Timeout = 30_000)]
    public Task Many_chunks_on_a_slow_line_are_no_crime() =>
        Task.Run(
            async () =>
            {
                CancellationToken ct = TestContext.Current.CancellationToken;
                using var scene = Scene(ListenerKind.Transfer);
                var client = new SmtpTestClient(scene, scene.Open());
                await SayAsync(client, Rcpt, ct);
                for (int i = 0; i < 30; i++)
                {
                    await client.SendAsync(WireText.Bytes(@"BDAT 60000\r\n{x: y\r\n*10000}"), ct);
                    scene.Hub.Clock.Advance(TimeSpan.FromSeconds(58));
                    Assert.StartsWith("250 ", await client.ReplyAsync(ct), StringComparison.Ordinal);
                }

                await client.SendAsync(WireText.Bytes(@"BDAT 0 LAST\r\n"), ct);
                Assert.StartsWith("250 2.0.0 Queued", await client.ReplyAsync(ct), StringComparison.Ordinal);
                await client.CloseAsync(ct);
            },
            TestContext.Current.CancellationToken
        );

    private static SmtpScene Scene(ListenerKind listener)
    {
        var scene = new SmtpScene { Listener = listener };
        scene.AddLine("alias.cfg", "info@hub.example sysop@far.example");
        scene.AllowInClear("192.0.2.0/24");
        scene.Set("MaxMsgSize", "100000000");
        return scene;
    }

    /// <summary>
    /// Commands separated by a bar; no reply is waited for behind an ampersand. An exclamation mark is the handshake, before the greeting or
    /// behind STARTTLS.
    /// </summary>
    private static async Task SayAsync(SmtpTestClient client, string commands, CancellationToken ct)
    {
        if (commands.StartsWith(Tls, StringComparison.Ordinal))
        {
            await client.StartTlsAsync(ct);
            commands = commands[Tls.Length..];
        }

        if (commands.Length > 0)
            await client.ReplyAsync(ct);
        foreach (string command in commands.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            if (command == "!")
            {
                await client.StartTlsAsync(ct);
                continue;
            }

            await client.SendAsync(WireText.Bytes(command.TrimEnd('&') + @"\r\n"), ct);
            if (!command.EndsWith('&'))
                await client.ReplyAsync(ct);
        }
    }

    /// <summary>
    /// Says the text again and again: octet by octet where a second lies between two, else all of it each time.
    /// </summary>
    /// <returns>Seconds until the server had enough.</returns>
    private static async Task<int> DripAsync(
        SmtpScene scene,
        SmtpTestClient client,
        string drip,
        int pause,
        int most,
        CancellationToken ct
    )
    {
        byte[] text = WireText.Bytes(drip);
        int said = 0;
        int seconds = 0;
        for (; seconds < most && !client.Serving.IsCompleted; seconds += pause)
        {
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(pause));
            // What the deadline set off on another thread comes before the next octet.
            await Task.WhenAny(client.Serving, Task.Yield().AsTask());
            if (text.Length > 0 && !client.Serving.IsCompleted)
                await client.SendAsync(pause > 1 ? text : text.AsMemory(said++ % text.Length, 1), ct);
        }

        return seconds;
    }
}

/// <summary>A yield as a task, to be waited for beside others.</summary>
file static class Yielding
{
    public static async Task AsTask(this System.Runtime.CompilerServices.YieldAwaitable yield) => await yield;
}
