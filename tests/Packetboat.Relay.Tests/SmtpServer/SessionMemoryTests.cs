using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>
/// What one session can make the server hold, in octets, against the bounds of docs/design/0012. Measured as what is alive after a
/// collection, so that it does not depend on the machine.
/// </summary>
[Collection(nameof(SessionMemoryTests))]
[CollectionDefinition(nameof(SessionMemoryTests), DisableParallelization = true)]
public sealed class SessionMemoryTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    /// <summary>What the client says, in pieces of a size, how often, and how much the server may hold then.</summary>
    public static TheoryData<string, string, string, int, int> Table() =>
        new()
        {
            { "a command without end", "", "{a*4096}", 5_000, 64 * KiB },
            { "a response in AUTH without end", @"EHLO a\r\nAUTH LOGIN\r\n", "{A*4096}", 5_000, 64 * KiB },
            { "a line of a message without end", "DATA", "{a*4096}", 10_000, 64 * KiB },
            { "a header without end", "DATA", @"{X-Header: yes and so on\r\n*200}", 500, 64 * KiB },
            { "a bare LF and then everything", "DATA", @"a\n{X-Header: yes and so on\r\n*200}", 2_000, 64 * KiB },
            { "a chunk that nobody wants", @"BDAT 20000000\r\n", "{a*4096}", 4_000, 64 * KiB },
        };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Table))]
    public Task However_much_a_client_says_a_session_holds_no_more_than_its_bound(
        string what,
        string before,
        string piece,
        int times,
        int bound
    ) =>
        InSession(
            async (scene, client) =>
            {
                byte[] begun = before == "DATA" ? Begun(@"RCPT TO:<info@hub.example>\r\nDATA\r\n") : WireText.Bytes(before);
                await client.SendAsync(begun, Ct);
                byte[] bytes = WireText.Bytes(piece);
                long empty = Alive();
                for (int i = 0; i < times && !client.Serving.IsCompleted; i++)
                    await client.SendAsync(bytes, Ct);

                long held = Alive() - empty;
                Assert.True(held < bound, $"{what}: {held} octets");
            }
        );

    /// <summary>
    /// With the windows that the server really gives: what asks for more replies is then not read either. The commands are such as a client
    /// may repeat, because it is not he who is at fault.
    /// </summary>
    [Fact(Timeout = 60_000)]
    public Task Replies_that_nobody_reads_fill_both_windows_and_then_nothing() =>
        InSession(
            async (scene, client) =>
            {
                scene.Spool.Refusal = "no memory is left";
                await client.SendAsync(WireText.Bytes(@"EHLO a\r\n"), Ct);
                byte[] bytes = WireText.Bytes(@"{MAIL FROM:<a@b.example>\r\n*20}");
                long empty = Alive();
                Task last = Task.CompletedTask;
                for (int i = 0; i < 20_000 && last.IsCompleted; i++)
                    last = client.SendAsync(bytes, Ct);

                Assert.False(last.IsCompleted, "the server goes on reading");
                Assert.False(client.Serving.IsCompleted);
                // The log of a test stays in memory; a server's does not.
                long held = Alive() - empty - scene.Log.Sum(line => 32 + (2L * line.Length));
                Assert.True(held < 256 * KiB, $"{held} octets");
            },
            window: 64 * KiB
        );

    /// <summary>
    /// Ten thousand recipients is as many as a message may have. Each takes as much memory as it is long, and no more of it than an envelope
    /// may have is taken: the rest is for another message.
    /// </summary>
    [Theory(Timeout = 60_000)]
    [InlineData("recipient{0:00000}@far.example", 10_000, 4 * MiB)]
    [InlineData("recipient{0:00000}-{1}@{2}.example", 6_500, 4 * MiB)]
    public Task An_envelope_of_ten_thousand_recipients_has_a_bound(string form, int fits, int bound) =>
        InSession(
            async (scene, client) =>
            {
                await client.SendAsync(Begun(""), Ct);
                for (int i = 0; i < 3; i++)
                    await client.ReplyAsync(Ct);
                long empty = Alive();
                int accepted = 0;
                for (int i = 0; i < 10_100; i++)
                {
                    string address = string.Format(
                        null,
                        form,
                        i,
                        new string('x', 40),
                        string.Join('.', Enumerable.Repeat(new string('y', 30), 3))
                    );
                    if ((await client.SayAsync($"RCPT TO:<{address}>", Ct)).StartsWith("250 ", StringComparison.Ordinal))
                        accepted++;
                }

                long held = Alive() - empty;
                Assert.InRange(accepted, fits, fits + (fits / 10));
                Assert.True(held < bound, $"{accepted} recipients: {held} octets");
                Assert.StartsWith(
                    "452 4.5.3 ",
                    await client.SayAsync("RCPT TO:<last@far.example>", Ct),
                    StringComparison.Ordinal
                );
                await client.SayAsync("DATA", Ct);
                Assert.StartsWith("250 2.0.0 ", await client.SayAsync(@"x: y\r\n.", Ct), StringComparison.Ordinal);
                Assert.Equal(accepted, scene.Spool.Accepted.Single().Envelope.Recipients.Count);
            }
        );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static byte[] Begun(string more) => WireText.Bytes(@"EHLO a\r\nMAIL FROM:<a@b.example>\r\n" + more);

    private static long Alive() => GC.GetTotalMemory(forceFullCollection: true);

    private static Task InSession(Func<SmtpScene, SmtpTestClient, Task> play, int window = 64 * MiB) =>
        Task.Run(
            async () =>
            {
                using var scene = new SmtpScene();
                scene.Set("MaxMsgSize", "20000000");
                scene.Set("MaxRecipients", "0");
                scene.AddLine("relay.cfg", "192.0.2.10");
                scene.Spool.KeepsContent = false;
                scene.AddLine("alias.cfg", "info@hub.example sysop@far.example");
                scene.AllowInClear("192.0.2.0/24");
                scene.Listener = ListenerKind.Transfer;
                scene.Set("ALLOW_RELAY", "");
                SmtpConnections connections = scene.Open();
                var client = new SmtpTestClient(scene, connections, window);
                await play(scene, client);
                await client.CloseAsync(Ct);
            },
            Ct
        );
}
