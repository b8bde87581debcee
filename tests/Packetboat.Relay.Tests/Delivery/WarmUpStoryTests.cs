using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>An address that is new to a provider, in a laboratory: what is more than the day's share, the reason, and the next day.</summary>
public sealed class WarmUpStoryTests
{
    private const int Patience = 60_000;

    private const string TwoADay = "[provider one]\nName = Club One\nHosts = one.example\nWarmUp = 2, 3\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task What_is_more_than_the_share_of_the_day_leaves_through_the_relay_and_the_next_day_directly()
    {
        await using RouteLab lab = await RouteLab.OpenAsync(replies: TwoADay);
        foreach (string subject in (string[])["first", "second"])
            await lab.DeliveredAsync(await lab.SendAsync("a@one.example", subject));
        Assert.Equal(2, LabAt(lab, "first") + LabAt(lab, "second"));
        Assert.Contains(
            "once Club One has had mail for the 2 recipients of day 1 from 127.0.0.1: it has had 2 today",
            (await lab.ExplainAsync("x@one.example")).Otherwise[0],
            StringComparison.Ordinal
        );

        // Another domain with the same provider finds it used up.
        string third = await lab.SendAsync("a@guest.example", "third");
        await lab.DeliveredAsync(third);
        string[] trace = await lab.TraceAsync(third);
        Assert.Contains(
            trace,
            line => line.Contains("Club One is sent mail for 2 recipients on day 1 from 127.0.0.1", StringComparison.Ordinal)
        );
        Assert.Equal(1, lab.AtRelay("third"));
        await lab.LoggedAsync("route mail for Club One leaves through the relay until ");
        MovedMail moved = Assert.Single(lab.Moves());
        Assert.Equal("Club One", moved.What);
        Assert.Equal(TimeSpan.Zero, moved.NextTry.TimeOfDay);
        Assert.Equal(new WarmUpRow("127.0.0.1", "Club One", 1, 2, 2), Assert.Single(lab.WarmUps()));

        // A restart forgets nothing, and who else takes mail is none of it.
        await lab.RestartAsync();
        string fourth = await lab.SendAsync("b@one.example", "fourth");
        string other = await lab.SendAsync("b@two.example", "other");
        await lab.DeliveredAsync(fourth, other);
        Assert.Equal((1, 0), (lab.AtRelay("fourth"), lab.AtRelay("other")));
        Assert.Contains("Club One is sent mail for 2", (await lab.ExplainAsync("x@one.example")).Rule, StringComparison.Ordinal);

        lab.Pass(moved.NextTry - lab.Time.GetUtcNow());
        string fifth = await lab.SendAsync("c@one.example", "fifth");
        await lab.DeliveredAsync(fifth);
        Assert.Equal(0, lab.AtRelay("fifth"));
        Assert.Equal(new WarmUpRow("127.0.0.1", "Club One", 2, 1, 3), lab.WarmUps().Single(row => row.Provider == "Club One"));
        await lab.LoggedAsync("route Club One takes mail from here again");

        string[] subjects = ["first", "second", "third", "fourth", "other", "fifth"];
        Assert.All(subjects, subject => Assert.Equal(1, lab.Arrivals(subject)));
    }

    [Fact(Timeout = Patience)]
    public async Task Many_at_once_are_never_more_than_the_share_and_none_is_lost_or_sent_twice()
    {
        await using RouteLab lab = await RouteLab.OpenAsync(replies: TwoADay);
        string[] ids = [];
        for (int i = 0; i < 20; i++)
            ids = [.. ids, await lab.SendAsync("a@one.example", $"number {i}.")];
        await lab.DeliveredAsync(ids);

        int[] direct = [.. Enumerable.Range(0, 20).Select(i => LabAt(lab, $"number {i}."))];
        Assert.InRange(direct.Sum(), 1, 2);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(1, lab.Arrivals($"number {i}.")));
    }

    [Fact(Timeout = Patience)]
    public async Task Without_a_relay_it_waits_for_the_next_day_with_the_reason_and_counts_no_attempt()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct", "WarmUp = always\n", TwoADay);
        foreach (string subject in (string[])["first", "second"])
            await lab.DeliveredAsync(await lab.SendAsync("a@one.example", subject));
        string third = await lab.SendAsync("a@one.example", "third");
        await lab.UntilAsync(async () =>
            await lab.EntryAsync(third) is { State: RecipientState.Waiting, LastReply: { Length: > 0 } }
        );

        QueueEntry waits = await lab.EntryAsync(third);
        Assert.Equal(0, waits.Attempts);
        Assert.Equal(TimeSpan.Zero, waits.Due.TimeOfDay);
        Assert.StartsWith(
            "not tried: Club One is sent mail for 2 recipients on day 1",
            waits.LastReply,
            StringComparison.Ordinal
        );
        await lab.LoggedAsync("route mail for Club One waits until ");
        Assert.Contains("Club One is sent mail for 2", Assert.Single(lab.Troubles()).Reason, StringComparison.Ordinal);
        Assert.Contains(
            "Club One is sent mail for 2",
            (await lab.ExplainAsync("x@one.example")).Trouble,
            StringComparison.Ordinal
        );
        Assert.Empty(await lab.Store.AlarmsAsync(Ct));

        lab.Pass(waits.Due - lab.Time.GetUtcNow());
        await lab.DeliveredAsync(third);
        Assert.Equal(1, lab.Arrivals("third"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_may_have_arrived_is_not_given_to_the_relay_when_the_share_is_used_up()
    {
        await using RouteLab lab = await RouteLab.OpenAsync(replies: TwoADay);
        lab.Servers[0].Answer = line => line == "." ? "" : null;
        string lost = await lab.SendAsync("a@one.example", "lost");
        await lab.DeferredAsync(lost);
        lab.Servers[0].Answer = _ => null;
        string second = await lab.SendAsync("a@one.example", "second");
        string third = await lab.SendAsync("a@one.example", "third");
        await lab.DeliveredAsync(second, third);
        Assert.Equal(1, lab.AtRelay("second") + lab.AtRelay("third"));

        lab.Pass(TimeSpan.FromMinutes(2));
        await lab.UntilAsync(async () => (await lab.EntryAsync(lost)).LastReply.Contains("Club One", StringComparison.Ordinal));
        lab.Pass(lab.Moves()[0].NextTry - lab.Time.GetUtcNow());
        await lab.DeliveredAsync(lost);
        Assert.Equal(0, lab.AtRelay("lost"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_provider_did_not_take_uses_up_nothing()
    {
        await using RouteLab lab = await RouteLab.OpenAsync(replies: TwoADay);
        lab.Servers[0].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 Greylisted" : null;
        for (int i = 0; i < 3; i++)
            await lab.DeferredAsync(await lab.SendAsync("a@one.example", "greylisted"));
        Assert.Empty(lab.Moves());
        Assert.DoesNotContain(lab.WarmUps(), row => row.Used > 0);
    }

    private static int LabAt(RouteLab lab, string subject) => lab.Servers.Sum(server => RouteLab.At(server, subject));
}
