using System.Text;
using Packetboat.Demo;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.EndToEnd.Tests;

/// <summary>A node relays through a hub, and everything that can go wrong on the way.</summary>
public sealed class RelayTests
{
    private const int Patience = 60_000;
    private const string Sysop = "sysop@bbs.example";
    private const string Friend = "friend@far.example";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task The_five_lines_of_the_how_to_are_all_that_a_node_needs()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync();

        SmtpOutcome taken = await Harbour.SubmitAsync(spoke, Sysop, Friend);

        Assert.True(taken.IsAccepted, taken.Reply.ToString());
        DemoExchange.Letter letter = await harbour.NextLetterAsync();
        Assert.Equal((Sysop, Friend), (letter.Sender, Assert.Single(letter.Recipients)));
        Assert.EndsWith("Subject: test\r\n\r\nHello\r\n", Encoding.UTF8.GetString(letter.Content), StringComparison.Ordinal);
        await harbour.Log.SeenAsync("signed in account=MYBBS", "mechanism=PLAIN", "TLS 1.3");
    }

    [Fact(Timeout = Patience)]
    public async Task Without_relay_cfg_a_local_program_sends_by_the_sendmail_command()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync();
        File.Delete(Path.Combine(spoke.Ctrl, "relay.cfg"));

        Result<Submitted> submitted = await spoke.Operations.SubmitAsync(
            new Submission(Sysop, [Friend], "sysop"),
            new MemoryStream("Subject: from a program\n\nHello\n"u8.ToArray()),
            Ct
        );

        Assert.NotNull(submitted.Value);
        Assert.Contains(
            "Subject: from a program\r\n",
            Encoding.UTF8.GetString((await harbour.NextLetterAsync()).Content),
            StringComparison.Ordinal
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_wrong_relay_password_parks_the_route_and_loses_nothing()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync(password: "not-the-password");
        await Harbour.SubmitAsync(spoke, Sysop, Friend);

        string alarm = await harbour.Log.SeenAsync("ALARM", "parked", "refuses RelayUsername MYBBS");
        await Harbour.SubmitAsync(spoke, Sysop, "second@far.example");
        StatusReport status = await spoke.Operations.StatusAsync(Ct);
        Assert.True(Assert.Single(status.Routes).IsParked);
        Assert.Single(status.Alarms);
        Assert.DoesNotContain("not-the-password", harbour.Log.Text, StringComparison.Ordinal);
        Assert.Contains("535", alarm, StringComparison.Ordinal);

        string ini = Path.Combine(spoke.Ctrl, "sbbs.ini");
        string text = await File.ReadAllTextAsync(ini, Ct);
        await File.WriteAllTextAsync(ini, text.Replace("not-the-password", harbour.Password, StringComparison.Ordinal), Ct);

        string[] arrived = [(await harbour.NextLetterAsync()).Recipients[0], (await harbour.NextLetterAsync()).Recipients[0]];
        Assert.Equal([Friend, "second@far.example"], arrived.Order(StringComparer.Ordinal));
        await harbour.Log.SeenAsync("alarm cleared");
        Assert.Empty((await spoke.Operations.StatusAsync(Ct)).Alarms);
    }

    [Fact(Timeout = Patience)]
    public async Task An_unverified_certificate_gets_no_password_and_the_mail_waits()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync(trusted: false);
        await Harbour.SubmitAsync(spoke, Sysop, Friend);

        await harbour.Log.SeenAsync("ALARM", "certificate cannot be verified", "RelayPassword was not sent", "SHA-256");
        Assert.DoesNotContain("signed in", harbour.Log.Text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(
            Path.Combine(spoke.Ctrl, "packetboat.ini"),
            $"[Relay]\nRelayCertificateFile = {harbour.HubCertificate}\n",
            Ct
        );
        Assert.Equal(Friend, (await harbour.NextLetterAsync()).Recipients[0]);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_is_down_raises_an_alarm_and_gets_everything_once_it_is_back()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        int deadPort = FreePorts.Find(1)[0];
        DemoNode spoke = await harbour.StartSpokeAsync(relayPort: deadPort);
        await Harbour.SubmitAsync(spoke, Sysop, Friend);

        await harbour.Log.SeenAsync("ALARM", "does not take mail", "connection refused");
        await Harbour.SettledAsync(spoke);
        QueueRow row = Assert.Single(await spoke.Operations.ListQueueAsync(new QueueSelection(All: true), 10, Ct));
        Assert.Equal(("waiting", 1), (row.State, row.Attempts));

        string ini = Path.Combine(spoke.Ctrl, "sbbs.ini");
        string text = await File.ReadAllTextAsync(ini, Ct);
        await File.WriteAllTextAsync(
            ini,
            text.Replace($"RelayPort = {deadPort}", $"RelayPort = {harbour.HubPort}", StringComparison.Ordinal),
            Ct
        );
        await harbour.Log.SeenAsync("changed settings");
        await spoke.Operations.ChangeQueueAsync(new QueueSelection(All: true), QueueAction.Retry, "", Ct);
        Assert.Equal(Friend, (await harbour.NextLetterAsync()).Recipients[0]);
    }

    [Theory(Timeout = Patience)]
    [InlineData("nobody@nowhere.example", "does not exist", "5.1.2")]
    [InlineData("nobody@null.example", "takes no mail", "5.1.10")]
    public async Task A_domain_that_cannot_get_mail_bounces_it_to_its_sender(string to, string words, string status)
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync();
        await Harbour.SubmitAsync(spoke, Sysop, to);

        DemoExchange.Letter bounce = await harbour.NextLetterAsync();

        Assert.Equal(("", Sysop), (bounce.Sender, bounce.Recipients[0]));
        string text = Encoding.UTF8.GetString(bounce.Content);
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.Contains($"Status: {status}", text, StringComparison.Ordinal);
        Assert.Contains($"Final-Recipient: rfc822; {to}", text, StringComparison.Ordinal);
        Assert.Contains("Subject: test", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_domain_that_nobody_can_look_up_makes_its_mail_wait()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync();
        await Harbour.SubmitAsync(spoke, Sysop, "somebody@broken.example");

        await harbour.Log.SeenAsync("deferred to=<somebody@broken.example>", "4.4.3");
        await Harbour.SettledAsync(harbour.Hub);
        Assert.Equal(
            "waiting",
            Assert.Single(await harbour.Hub.Operations.ListQueueAsync(new QueueSelection(All: true), 10, Ct)).State
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_suspended_account_is_deferred_and_its_mail_arrives_after_resume()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync();
        await harbour.Hub.Operations.SuspendAsync(Harbour.Account, new SuspensionOrder("unpaid berth"), Ct);
        await Harbour.SubmitAsync(spoke, Sysop, Friend);
        await harbour.Log.SeenAsync("deferred", "unpaid berth");
        await Harbour.SettledAsync(spoke);

        await harbour.Hub.Operations.ResumeAsync(Harbour.Account, "", Ct);
        await spoke.Operations.ChangeQueueAsync(new QueueSelection(All: true), QueueAction.Retry, "", Ct);

        Assert.Equal(Friend, (await harbour.NextLetterAsync()).Recipients[0]);
    }

    [Fact(Timeout = Patience)]
    public async Task Two_servers_that_relay_to_each_other_end_it_and_tell_nobody_for_ever()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        int[] ports = FreePorts.Find(2);
        DemoNode[] nodes =
        [
            await harbour.StartAsync(LoopSettings("one.example", ports[0], ports[1]), ""),
            await harbour.StartAsync(LoopSettings("two.example", ports[1], ports[0]), ""),
        ];
        await Harbour.SubmitAsync(nodes[0], Sysop, Friend);

        // The message, and then the report about it, which has no sender to be reported to.
        await harbour.Log.SeenAsync("bounced", Friend, "5.4.6");
        await harbour.Log.SeenAsync("discarded", Sysop, "5.4.6");
        foreach (DemoNode node in nodes)
        {
            // The other one may still be about to note what it heard.
            while ((await node.Operations.ListQueueAsync(new QueueSelection(All: true), 10, Ct)).Count > 0)
                await Harbour.SettledAsync(node);
        }
    }

    private static string LoopSettings(string name, int port, int next) =>
        $"""
            [Mail]
            Options = RELAY_TX
            HostName = {name}
            Interface = 127.0.0.1
            SMTPPort = {port}
            RelayServer = 127.0.0.1
            RelayPort = {next}
            """;

    [Fact(Timeout = Patience)]
    public async Task Held_mail_stays_until_it_is_released()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        DemoNode spoke = await harbour.StartSpokeAsync(relayPort: FreePorts.Find(1)[0]);
        await Harbour.SubmitAsync(spoke, Sysop, Friend);
        await harbour.Log.SeenAsync("ALARM");
        await Harbour.SettledAsync(spoke);

        Result<QueueChanged> held = await spoke.Operations.ChangeQueueAsync(
            new QueueSelection(Recipient: Friend),
            QueueAction.Hold,
            "",
            Ct
        );
        Assert.Equal("waiting", Assert.Single(held.Value!.Changed).State);
        Assert.Equal("held", Assert.Single(await spoke.Operations.ListQueueAsync(new QueueSelection(All: true), 10, Ct)).State);

        await spoke.Operations.ChangeQueueAsync(new QueueSelection(All: true), QueueAction.Release, "", Ct);
        Assert.NotEqual(
            "held",
            Assert.Single(await spoke.Operations.ListQueueAsync(new QueueSelection(All: true), 10, Ct)).State
        );
    }

    [Fact(Timeout = Patience)]
    public async Task An_operators_bounce_tells_the_sender_why()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        await Harbour.SubmitAsync(harbour.Hub, Sysop, "somebody@broken.example");
        await harbour.Log.SeenAsync("deferred to=<somebody@broken.example>");
        await Harbour.SettledAsync(harbour.Hub);

        await harbour.Hub.Operations.ChangeQueueAsync(
            new QueueSelection(All: true),
            QueueAction.Bounce,
            "The berth is closed",
            Ct
        );

        DemoExchange.Letter bounce = await harbour.NextLetterAsync();
        Assert.Equal(Sysop, bounce.Recipients[0]);
        Assert.Contains("The berth is closed", Encoding.UTF8.GetString(bounce.Content), StringComparison.Ordinal);
    }
}
