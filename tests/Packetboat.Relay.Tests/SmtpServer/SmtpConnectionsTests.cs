using System.Net;
using System.Net.Security;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

public sealed class SmtpConnectionsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public Task A_connection_too_many_is_told_to_come_again_and_one_that_ends_makes_room() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 2, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            SmtpTestClient first = await GreetedAsync(scene, connections);
            await GreetedAsync(scene, connections);

            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");
            await first.CloseAsync(Ct);
            await GreetedAsync(scene, connections);
            Assert.Equal(2, connections.Open);
        });

    [Fact(Timeout = 10_000)]
    public Task Those_who_have_not_signed_in_have_a_limit_of_their_own() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 0, PerAddress: 0, StrangersPerAddress: 1);
            SmtpConnections connections = scene.Open();
            await GreetedAsync(scene, connections);
            await IsTurnedAwayAsync(
                scene,
                connections,
                "421 4.7.0 hub.example: too many connections from your address, try again later"
            );
        });

    [Fact(Timeout = 10_000)]
    public Task The_machine_itself_is_exempt_from_the_limit_of_an_address() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 0, PerAddress: 1);
            scene.Client = IPAddress.Loopback;
            SmtpConnections connections = scene.Open();
            await GreetedAsync(scene, connections);
            await GreetedAsync(scene, connections);
            Assert.Equal(2, connections.Open);
        });

    [Fact(Timeout = 10_000)]
    public Task An_address_has_its_own_limit() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 0, PerAddress: 1);
            SmtpConnections connections = scene.Open();
            SmtpTestClient first = await GreetedAsync(scene, connections);
            await IsTurnedAwayAsync(
                scene,
                connections,
                "421 4.7.0 hub.example: too many connections from your address, try again later"
            );

            scene.Client = IPAddress.Parse("192.0.2.11");
            await GreetedAsync(scene, connections);
            scene.Client = IPAddress.Parse("::ffff:192.0.2.10");
            await IsTurnedAwayAsync(
                scene,
                connections,
                "421 4.7.0 hub.example: too many connections from your address, try again later"
            );
            await first.CloseAsync(Ct);
            await GreetedAsync(scene, connections);
        });

    [Fact(Timeout = 10_000)]
    public Task A_ban_ends_and_does_not_reach_the_neighbours_nor_the_machine_itself() =>
        InScene(async scene =>
        {
            SmtpConnections connections = scene.Open();
            for (int i = 0; i < 5; i++)
            {
                scene.Attempts.Note(scene.Client);
                scene.Attempts.Note(IPAddress.Loopback);
            }

            Assert.False(scene.Attempts.IsBanned(IPAddress.Loopback));
            Assert.False(scene.Attempts.IsBanned(IPAddress.Parse("192.0.2.11")));
            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many failed sign-ins, try again later");
            scene.Hub.Clock.Advance(TimeSpan.FromMinutes(10));
            await GreetedAsync(scene, connections);
        });

    [Fact(Timeout = 10_000)]
    public Task A_household_of_IPv6_is_banned_as_one() =>
        InScene(scene =>
        {
            for (int i = 0; i < 5; i++)
                scene.Attempts.Note(IPAddress.Parse($"2001:db8:1:2::{i}"));
            Assert.True(scene.Attempts.IsBanned(IPAddress.Parse("2001:db8:1:2:3:4:5:6")));
            Assert.False(scene.Attempts.IsBanned(IPAddress.Parse("2001:db8:1:3::1")));
            return Task.CompletedTask;
        });

    [Fact(Timeout = 10_000)]
    public Task A_client_that_takes_no_replies_is_cut_off() =>
        InScene(async scene =>
        {
            SmtpConnections connections = scene.Open();
            var client = new SmtpTestClient(scene, connections, window: 4096);
            Task said = client.SendAsync(WireText.Bytes(@"{HELP\r\n*200}"), Ct);
            Assert.False(client.Serving.IsCompleted);
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(120));
            await client.Serving.WaitAsync(Ct);
            await said.WaitAsync(Ct);
            Assert.Equal(0, connections.Open);
        });

    [Fact(Timeout = 10_000)]
    public Task A_deadline_that_passes_while_the_disk_is_slow_ends_the_session() =>
        InScene(async scene =>
        {
            scene.AddLine("relay.cfg", "192.0.2.10");
            SmtpTestClient client = await GreetedAsync(scene, scene.Open());
            foreach (string line in new[] { "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA" })
                await client.SayAsync(line, Ct);
            scene.Spool.OnChunk = () => scene.Hub.Clock.Advance(TimeSpan.FromSeconds(300));
            Assert.StartsWith("421 4.4.2 ", await client.SayAsync("Subject: x", Ct), StringComparison.Ordinal);
            await client.Serving.WaitAsync(Ct);
        });

    [Fact(Timeout = 10_000)]
    public Task A_handshake_that_arrives_before_the_server_is_ready_is_not_lost() =>
        InScene(async scene =>
        {
            scene.Listener = ListenerKind.TlsSubmission;
            await using var connection = new MemoryConnection(scene.Client);
            await using var tls = new SslStream(connection.Client, leaveInnerStreamOpen: true);
            Task handshake = tls.AuthenticateAsClientAsync(TestCertificate.ClientOptions(), Ct);
            Task serving = scene.ServeAsync(scene.Open(), connection);
            await handshake.WaitAsync(Ct);
            Assert.StartsWith("220 ", await new LineSource(tls).NextAsync(Ct), StringComparison.Ordinal);
            await connection.Client.DisposeAsync();
            await serving.WaitAsync(Ct);
        });

    [Fact(Timeout = 10_000)]
    public Task A_fault_within_is_told_as_421_and_logged_with_its_cause() =>
        InScene(async scene =>
        {
            scene.AddLine("relay.cfg", "192.0.2.10");
            scene.Spool.FaultOfCommits = new InvalidOperationException("a bug");
            SmtpTestClient client = await GreetedAsync(scene, scene.Open());
            foreach (string line in new[] { "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA" })
                await client.SayAsync(line, Ct);
            Assert.StartsWith("421 4.3.0 ", await client.SayAsync(@"x: y\r\n.", Ct), StringComparison.Ordinal);
            Assert.Contains(scene.Log, line => line.Contains("a bug", StringComparison.Ordinal));
            Assert.Equal(0, scene.Spool.Open);
        });

    private static async Task<SmtpTestClient> GreetedAsync(SmtpScene scene, SmtpConnections connections)
    {
        var client = new SmtpTestClient(scene, connections);
        Assert.StartsWith("220 ", await client.ReplyAsync(Ct), StringComparison.Ordinal);
        return client;
    }

    private static async Task IsTurnedAwayAsync(SmtpScene scene, SmtpConnections connections, string reply)
    {
        var client = new SmtpTestClient(scene, connections);
        Assert.Equal(reply, await client.ReplyAsync(Ct));
        await client.Serving.WaitAsync(Ct);
        Assert.Equal("closed", await client.ReplyAsync(Ct));
    }

    /// <summary>Away from the test's synchronization context: what continues must continue where the other end left off.</summary>
    private static Task InScene(Func<SmtpScene, Task> play) =>
        Task.Run(
            async () =>
            {
                using var scene = new SmtpScene();
                await play(scene);
            },
            Ct
        );
}
