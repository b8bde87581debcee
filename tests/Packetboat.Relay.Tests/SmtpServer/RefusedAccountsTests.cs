using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>An account that has been stopped and goes on sending takes no time from the others.</summary>
public sealed class RefusedAccountsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_stopped_account_is_refused_at_one_pace_on_all_its_connections_and_others_are_served_meanwhile()
    {
        using var scene = new SmtpScene { Listener = ListenerKind.Submission };
        await scene.AddAccountAsync("MYBBS", "NodePw77", reversible: false);
        await scene.AddAccountAsync("OTHER", "OtherPw88", reversible: false);
        SmtpConnections connections = scene.Open();
        SmtpTestClient stolen = await SignedInAsync(scene, connections, "MYBBS", "NodePw77");
        SmtpTestClient second = await SignedInAsync(scene, connections, "MYBBS", "NodePw77");
        SmtpTestClient friend = await SignedInAsync(scene, connections, "OTHER", "OtherPw88");
        await scene.SuspendAsync("MYBBS", "stolen password");
        for (int i = 0; i < RefusalPace.AtOnce; i++)
            Assert.StartsWith(
                "451 4.7.1 Account MYBBS is suspended",
                await stolen.SayAsync(Mail("bbs"), Ct),
                StringComparison.Ordinal
            );

        await SendAsync(stolen);
        await SendAsync(second);

        Assert.Equal((false, false), (stolen.IsReady, second.IsReady));
        Assert.StartsWith("250 ", await friend.SayAsync(Mail("other"), Ct), StringComparison.Ordinal);
        scene.Hub.Clock.Advance(RefusalPace.Step);
        Assert.StartsWith("451 4.7.1 ", await stolen.ReplyAsync(Ct), StringComparison.Ordinal);
        Assert.False(second.IsReady);
        scene.Hub.Clock.Advance(RefusalPace.Step);
        Assert.StartsWith("451 4.7.1 ", await second.ReplyAsync(Ct), StringComparison.Ordinal);
        foreach (SmtpTestClient client in new[] { stolen, second, friend })
            await client.CloseAsync(Ct);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_stops_waits_for_no_refusal()
    {
        using var scene = new SmtpScene { Listener = ListenerKind.Submission };
        await scene.AddAccountAsync("MYBBS", "NodePw77", reversible: false);
        SmtpTestClient stolen = await SignedInAsync(scene, scene.Open(), "MYBBS", "NodePw77");
        await scene.SuspendAsync("MYBBS", "stolen password");
        for (int i = 0; i < RefusalPace.AtOnce; i++)
            await stolen.SayAsync(Mail("bbs"), Ct);
        await SendAsync(stolen);
        Assert.False(stolen.IsReady);

        scene.Stop();

        Assert.StartsWith("451 4.7.1 ", await stolen.ReplyAsync(Ct), StringComparison.Ordinal);
        Assert.StartsWith("421 4.3.2 ", await stolen.ReplyAsync(Ct), StringComparison.Ordinal);
        await stolen.CloseAsync(Ct);
    }

    private static string Mail(string of) => $"MAIL FROM:<a@{of}.example>";

    private static Task SendAsync(SmtpTestClient client) => client.SendAsync("MAIL FROM:<a@bbs.example>\r\n"u8.ToArray(), Ct);

    private static async Task<SmtpTestClient> SignedInAsync(
        SmtpScene scene,
        SmtpConnections connections,
        string account,
        string password
    )
    {
        var client = new SmtpTestClient(scene, connections);
        await client.GreetOverTlsAsync(Ct);
        await client.SignInAsync("PLAIN", account, password, Ct);
        Assert.StartsWith("235 ", await client.ReplyAsync(Ct), StringComparison.Ordinal);
        return client;
    }
}
