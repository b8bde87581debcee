using System.Net;
using System.Net.Security;
using System.Text;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

public sealed class SmtpConnectionsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public Task Where_everybody_has_a_right_to_his_place_one_too_many_is_told_to_come_again() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 2, PerAddress: 0);
            scene.AddLine("relay.cfg", "192.0.2.10");
            SmtpConnections connections = scene.Open();
            SmtpTestClient first = await GreetedAsync(scene, connections);
            await GreetedAsync(scene, connections);

            scene.Client = IPAddress.Parse("192.0.2.99");
            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");
            await first.CloseAsync(Ct);
            await GreetedAsync(scene, connections);
            Assert.Equal(2, connections.Open);
        });

    [Fact(Timeout = 10_000)]
    public Task A_full_house_is_not_full_for_a_newcomer_while_a_stranger_only_sits_there() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 3, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            SmtpTestClient[] seated = await SeatedAsync(scene, connections, "192.0.2.1", "192.0.2.2", "192.0.2.3");

            scene.Client = IPAddress.Parse("192.0.2.99");
            await GreetedAsync(scene, connections);

            Assert.Equal("421 4.7.0 All places are taken and others wait, try again later", await seated[0].ReplyAsync(Ct));
            await seated[0].Serving.WaitAsync(Ct);
            Assert.StartsWith("250 ", await seated[1].SayAsync("NOOP", Ct), StringComparison.Ordinal);
            Assert.StartsWith("250 ", await seated[2].SayAsync("NOOP", Ct), StringComparison.Ordinal);
            Assert.Equal(3, connections.Open);
        });

    [Fact(Timeout = 10_000)]
    public Task Whoever_holds_the_most_places_makes_room_before_the_others() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 4, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            SmtpTestClient[] seated = await SeatedAsync(
                scene,
                connections,
                "192.0.2.1",
                "2001:db8::1",
                "2001:db8::2",
                "192.0.2.3"
            );

            scene.Client = IPAddress.Parse("192.0.2.99");
            await GreetedAsync(scene, connections);

            Assert.StartsWith("421 4.7.0 All places", await seated[1].ReplyAsync(Ct), StringComparison.Ordinal);
            Assert.False(seated[0].Serving.IsCompleted);
            Assert.False(seated[3].Serving.IsCompleted);
        });

    [Fact(Timeout = 10_000)]
    public Task Nobody_makes_room_who_has_signed_in_or_is_sending_a_message_or_is_known_here_or_is_the_machine_itself() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 4, PerAddress: 0);
            scene.AddLine("relay.cfg", "192.0.2.1");
            scene.AddLine("alias.cfg", "info@hub.example sysop@far.example");
            await scene.AddAccountAsync("MYBBS", "NodePw77", reversible: false);
            SmtpConnections connections = scene.Open();
            SmtpTestClient[] seated = await SeatedAsync(scene, connections, "192.0.2.1", "127.0.0.1", "192.0.2.3");
            foreach (string line in new[] { "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<info@hub.example>", "DATA" })
                await seated[2].SayAsync(line, Ct);
            (scene.Client, scene.Listener) = (IPAddress.Parse("192.0.2.4"), ListenerKind.Submission);
            SmtpTestClient signedIn = new(scene, connections);
            await signedIn.GreetOverTlsAsync(Ct);
            await signedIn.SignInAsync("PLAIN", "MYBBS", "NodePw77", Ct);
            Assert.StartsWith("235 ", await signedIn.ReplyAsync(Ct), StringComparison.Ordinal);

            scene.Client = IPAddress.Parse("192.0.2.99");
            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");

            // The message is in: now its sender sits there like the others.
            Assert.StartsWith("250 ", await seated[2].SayAsync(@"x: y\r\n.", Ct), StringComparison.Ordinal);
            await GreetedAsync(scene, connections);
            Assert.StartsWith("421 4.7.0 All places", await seated[2].ReplyAsync(Ct), StringComparison.Ordinal);
        });

    [Theory(Timeout = 10_000)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public Task In_a_house_full_of_messages_whoever_sends_more_than_his_share_of_them_makes_room(int his, bool makesRoom) =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: his + 1, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            string[] addresses = ["192.0.2.3", .. Enumerable.Repeat("192.0.2.1", his)];
            SmtpTestClient[] sending = await SendingAsync(scene, connections, addresses);
            // Whoever has been heard longest ago of them leaves, and nobody else.
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(1));
            await sending[1].SendAsync("x: y\r\n"u8.ToArray(), Ct);

            scene.Client = IPAddress.Parse("192.0.2.99");
            if (!makesRoom)
            {
                await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");
                return;
            }

            await GreetedAsync(scene, connections);
            Assert.Equal("421 4.7.0 All places are taken and others wait, try again later", await sending[2].ReplyAsync(Ct));
            await sending[2].Serving.WaitAsync(Ct);
            Assert.StartsWith("250 ", await sending[0].SayAsync(@"x: y\r\n.", Ct), StringComparison.Ordinal);
            Assert.StartsWith("250 ", await sending[1].SayAsync(".", Ct), StringComparison.Ordinal);
        });

    /// <summary>Else those who hold the places with messages that never end would have everybody thrown out who is about to sign in.</summary>
    [Fact(Timeout = 10_000)]
    public Task Whoever_comes_alone_stays_while_another_sends_more_than_his_share_of_messages() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 7, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            SmtpTestClient[] alone = await SeatedAsync(scene, connections, "192.0.2.3");
            string[] addresses = [.. Enumerable.Repeat("192.0.2.1", 6)];
            SmtpTestClient[] sending = await SendingAsync(scene, connections, addresses);

            scene.Client = IPAddress.Parse("192.0.2.99");
            await GreetedAsync(scene, connections);

            Assert.StartsWith("421 4.7.0 All places", await sending[0].ReplyAsync(Ct), StringComparison.Ordinal);
            Assert.StartsWith("250 ", await alone[0].SayAsync("NOOP", Ct), StringComparison.Ordinal);
        });

    /// <summary>An octet a second is as good as none; at the slowest pace that we listen to a message may take its time.</summary>
    [Theory(Timeout = 10_000)]
    [InlineData(1, false)]
    [InlineData(1024, true)]
    public Task In_a_house_full_of_messages_a_trickle_is_no_message(int octetsASecond, bool stays) =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 1, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            SmtpTestClient[] sending = await SendingAsync(scene, connections, "192.0.2.1");
            for (int second = 0; second < 20; second++)
            {
                scene.Hub.Clock.Advance(TimeSpan.FromSeconds(1));
                await sending[0].SendAsync(Encoding.ASCII.GetBytes(new string('x', octetsASecond - 1) + "\n"), Ct);
            }

            scene.Client = IPAddress.Parse("192.0.2.99");
            if (stays)
                await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");
            else
                await GreetedAsync(scene, connections);
        });

    [Theory(Timeout = 10_000)]
    [InlineData("DATA")]
    [InlineData("BDAT 1000 LAST")]
    public Task In_a_house_full_of_messages_whoever_has_fallen_silent_makes_room(string content) =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 2, PerAddress: 0);
            SmtpConnections connections = scene.Open();
            SmtpTestClient[] sending = await SendingAsync(scene, connections, "192.0.2.1", "192.0.2.2");
            if (content != "DATA")
            {
                await sending[1].CloseAsync(Ct);
                sending[1] = await GreetedAsync(scene, connections);
                await EnvelopeAsync(sending[1]);
                await sending[1].SendAsync(Encoding.ASCII.GetBytes(content + "\r\nx"), Ct);
            }

            scene.Client = IPAddress.Parse("192.0.2.99");
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(8));
            await sending[0].SendAsync("x: y\r\n"u8.ToArray(), Ct);
            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(2));
            await GreetedAsync(scene, connections);

            Assert.StartsWith("421 4.7.0 All places", await sending[1].ReplyAsync(Ct), StringComparison.Ordinal);
            Assert.StartsWith("250 ", await sending[0].SayAsync(".", Ct), StringComparison.Ordinal);
        });

    [Fact(Timeout = 10_000)]
    public Task A_client_that_is_silent_instead_of_shaking_hands_makes_room_too() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 1, PerAddress: 0);
            scene.Listener = ListenerKind.TlsSubmission;
            SmtpConnections connections = scene.Open();
            SmtpTestClient silent = new(scene, connections);
            Assert.False(silent.Serving.IsCompleted);

            scene.Client = IPAddress.Parse("192.0.2.99");
            SmtpTestClient honest = new(scene, connections);
            await honest.StartTlsAsync(Ct);

            Assert.StartsWith("220 ", await honest.ReplyAsync(Ct), StringComparison.Ordinal);
            await silent.Serving.WaitAsync(Ct);
        });

    [Fact(Timeout = 10_000)]
    public Task One_who_waits_for_his_greeting_because_of_failed_sign_ins_makes_room_too() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 1, PerAddress: 0);
            for (int i = 0; i < 3; i++)
                scene.Attempts.Failed(scene.Client, "MYBBS");
            SmtpConnections connections = scene.Open();
            SmtpTestClient waiting = new(scene, connections);
            Assert.False(waiting.IsReady);

            scene.Client = IPAddress.Parse("192.0.2.99");
            await GreetedAsync(scene, connections);
            await waiting.Serving.WaitAsync(Ct);
        });

    [Fact(Timeout = 10_000)]
    public Task Those_who_have_not_left_yet_do_not_pile_up() =>
        InScene(async scene =>
        {
            scene.Limits = new ConnectionLimits(Total: 1, PerAddress: 0);
            scene.AddLine("alias.cfg", "info@hub.example sysop@far.example");
            SmtpConnections connections = scene.Open();
            // Each is asked to leave while the disk holds its session up.
            var held = new TaskCompletionSource();
            scene.Spool.BeforeCommit = () => held.Task;
            for (int i = 0; i < 2; i++)
            {
                scene.Client = IPAddress.Parse($"192.0.2.{i}");
                SmtpTestClient client = await GreetedAsync(scene, connections);
                foreach (string line in new[] { "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<info@hub.example>", "DATA" })
                    await client.SayAsync(line, Ct);
                await client.SendAsync(WireText.Bytes(@"x: y\r\n.\r\n"), Ct);
            }

            scene.Client = IPAddress.Parse("192.0.2.99");
            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many connections, try again later");
            held.SetResult();
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
            // Its own network's worth of IPv6 is one address, and so is an IPv4 address in IPv6 clothes.
            scene.Client = IPAddress.Parse("2001:db8:1:2::1");
            await GreetedAsync(scene, connections);
            scene.Client = IPAddress.Parse("2001:db8:1:2:3:4:5:6");
            await IsTurnedAwayAsync(
                scene,
                connections,
                "421 4.7.0 hub.example: too many connections from your address, try again later"
            );
            scene.Client = IPAddress.Parse("2001:db8:1:3::1");
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
                scene.Attempts.Failed(scene.Client, "MYBBS");
                scene.Attempts.Failed(IPAddress.Loopback, "MYBBS");
            }

            Assert.False(scene.Attempts.IsBanned(IPAddress.Loopback));
            Assert.False(scene.Attempts.IsBanned(IPAddress.Parse("192.0.2.11")));
            await IsTurnedAwayAsync(scene, connections, "421 4.7.0 hub.example: too many failed sign-ins, try again later");
            scene.Hub.Clock.Advance(TimeSpan.FromMinutes(10));
            var again = new SmtpTestClient(scene, connections);
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(4));
            Assert.False(again.IsReady);
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.StartsWith("220 ", await again.ReplyAsync(Ct), StringComparison.Ordinal);
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

    /// <summary>One client from each address, one after the other.</summary>
    private static async Task<SmtpTestClient[]> SeatedAsync(
        SmtpScene scene,
        SmtpConnections connections,
        params string[] addresses
    )
    {
        var seated = new List<SmtpTestClient>();
        foreach (string address in addresses)
        {
            scene.Client = IPAddress.Parse(address);
            seated.Add(await GreetedAsync(scene, connections));
            scene.Hub.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        return [.. seated];
    }

    /// <summary>The same, each in the middle of a message.</summary>
    private static async Task<SmtpTestClient[]> SendingAsync(
        SmtpScene scene,
        SmtpConnections connections,
        params string[] addresses
    )
    {
        scene.AddLine("alias.cfg", "info@hub.example sysop@far.example");
        SmtpTestClient[] seated = await SeatedAsync(scene, connections, addresses);
        foreach (SmtpTestClient client in seated)
        {
            await EnvelopeAsync(client);
            await client.SayAsync("DATA", Ct);
        }

        return seated;
    }

    private static async Task EnvelopeAsync(SmtpTestClient client)
    {
        foreach (string line in new[] { "EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<info@hub.example>" })
            await client.SayAsync(line, Ct);
    }

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
