using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.Queue;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>The class of a failure on its way from the wire to what an operator reads.</summary>
public sealed class CauseTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_refusal_is_filed_with_its_class_and_told_with_what_it_means()
    {
        await using var rig = new QueueRig();
        rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.7.25 The sending address has no PTR record\r\n" : null;
        await rig.StartAsync();
        string id = await rig.SendAsync("joe@far.example");
        await rig.UntilStateAsync(id, RecipientState.Bounced);

        TraceEvent bounced = (await rig.StoryAsync(id)).Events.Single(e => e.Kind == TraceKind.Bounced);
        Assert.Equal((FailureClass.NoPtr, "no-ptr"), (bounced.Class, bounced.Rule));
        TraceRow row = TraceRow.Of(bounced, ReplyTable.Shipped);
        Assert.Equal("no-ptr", row.Class);
        Assert.StartsWith(
            "The receiver takes no mail from an address without a reverse name",
            row.Explanation,
            StringComparison.Ordinal
        );
        Assert.StartsWith("Ask who gave you the address", row.Remedy, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_deferral_is_in_the_queue_with_its_class_and_its_success_takes_it_away()
    {
        await using var rig = new QueueRig();
        rig.Peers.Answer = (_, line) => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 greylisted\r\n" : null;
        await rig.StartAsync();
        string id = await rig.SendAsync("joe@far.example");
        await rig.UntilStateAsync(id, RecipientState.Waiting);
        await rig.UntilAsync(async () => (await rig.EntryAsync(id)).LastReply.Length > 0);
        Assert.Equal("greylisted", QueueRow.Of(await rig.EntryAsync(id), ReplyTable.Shipped).Class);

        rig.Peers.Answer = (_, _) => null;
        rig.Pass(TimeSpan.FromSeconds(60));
        await rig.UntilStateAsync(id, RecipientState.Delivered);
        Assert.Equal(FailureClass.Unknown, (await rig.EntryAsync(id)).Class);
        Assert.Equal(
            [FailureClass.Greylisted, FailureClass.Unknown],
            (await rig.StoryAsync(id)).Events.Select(happened => happened.Class)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_route_that_is_down_says_why_in_its_trouble()
    {
        await using var rig = new QueueRig();
        var reply = new SmtpReply(554, "", "554-No SMTP service 554-Bad DNS PTR resource record.");
        rig.Peers.Connecting = _ => new Connection.Unreachable(reply, FromPeer: true, "mx00.gmx.net [192.0.2.25]:25");
        await rig.StartAsync();
        string id = await rig.SendAsync("joe@far.example");
        await rig.UntilStateAsync(id, RecipientState.Waiting);
        await rig.UntilAsync(() => rig.Scheduler.Troubles().Count == 1);

        RouteTrouble trouble = Assert.Single(rig.Scheduler.Troubles());
        Assert.Equal("no-ptr", trouble.Class);
        Assert.NotEmpty(trouble.Explanation);
        Assert.NotEmpty(trouble.Remedy);
    }

    [Fact(Timeout = Patience)]
    public async Task The_alarm_of_a_relay_says_what_its_words_mean()
    {
        await using var rig = new QueueRig();
        rig.Relay = QueueRig.Hub("right");
        rig.Peers.Connecting = _ => new Connection.Misconfigured(
            "the relay refuses us at its greeting: 554 5.7.1 blocked using Spamhaus PBL",
            "hub.example [192.0.2.1]:587",
            new SmtpReply(554, "5.7.1", "blocked using Spamhaus PBL")
        );
        await rig.StartAsync();
        string id = await rig.SendAsync("joe@far.example");
        await rig.UntilAsync(async () => (await rig.Store.AlarmsAsync(Ct)).Count > 0);
        Alarm alarm = Assert.Single(await rig.Store.AlarmsAsync(Ct));
        Assert.Contains(
            "(address-reputation: The address that mail leaves from is on the Spamhaus PBL",
            alarm.Text,
            StringComparison.Ordinal
        );
        await rig.UntilStateAsync(id, RecipientState.Waiting);
        await rig.UntilAsync(async () => (await rig.EntryAsync(id)).Class == FailureClass.AddressReputation);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_whose_words_nobody_knows_is_still_known_to_refuse_us()
    {
        await using var rig = new QueueRig();
        rig.Relay = QueueRig.Hub("right");
        rig.Peers.Connecting = _ => new Connection.Misconfigured(
            "the relay refuses us: 550 zorgle",
            "hub.example [192.0.2.1]:587",
            new SmtpReply(550, "", "zorgle")
        );
        await rig.StartAsync();
        await rig.SendAsync("joe@far.example");
        await rig.UntilAsync(() => rig.Scheduler.Troubles().Count == 1);
        Assert.Equal("account", Assert.Single(rig.Scheduler.Troubles()).Class);
    }

    [Fact(Timeout = Patience)]
    public async Task What_waited_too_long_for_a_dead_host_goes_back_for_what_ailed_the_host()
    {
        await using var rig = new QueueRig();
        var reply = new SmtpReply(
            421,
            "4.7.0",
            "[TSS04] Messages temporarily deferred due to unexpected volume or user complaints"
        );
        rig.Peers.Connecting = _ => new Connection.Unreachable(reply, FromPeer: true, "mta7.am0.yahoodns.net [192.0.2.25]:25");
        rig.Settings = rig.Settings with { DomainConnections = 1 };
        await rig.StartAsync();
        string[] ids = [await rig.SendAsync("joe@far.example"), await rig.SendAsync("jim@far.example")];
        await rig.UntilAsync(async () => (await rig.Store.CountAsync(Ct)).Waiting == 2);
        rig.Pass(TimeSpan.FromDays(5));
        foreach (string id in ids)
        {
            await rig.UntilStateAsync(id, RecipientState.Bounced);
            TraceEvent last = (await rig.StoryAsync(id)).Events.Last(e => e.Kind == TraceKind.Bounced);
            Assert.Equal(FailureClass.AddressReputation, last.Class);
        }
    }
}
