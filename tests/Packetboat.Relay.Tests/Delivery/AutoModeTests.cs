using Packetboat.Protocol.Message;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary><c>DeliveryMode=Auto</c> in a laboratory: nothing is lost, nothing arrives twice, and each change says why.</summary>
public sealed class AutoModeTests
{
    private const int Patience = 60_000;

    private const string NoPtr = "550 5.7.25 The IP address sending this message does not have a PTR record setup";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Port_25_is_blocked_and_opened_again_and_the_mail_goes_around()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();

        // All is well: mail goes to its own servers. One message is put off.
        string healthy = await lab.SendAsync("a@one.example", "healthy");
        await lab.DeliveredAsync(healthy);
        Assert.StartsWith("Delivered mx.one.example ", (await lab.TraceAsync(healthy))[^1], StringComparison.Ordinal);
        Assert.Empty(lab.Moves());
        lab.Servers[1].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 Greylisted" : null;
        string greylisted = await lab.SendAsync("a@two.example", "greylisted");
        await lab.DeferredAsync(greylisted);

        // The way out is closed: three hosts of three owners are silent.
        await lab.BlockAsync();
        string[] silent = [];
        foreach (string provider in RouteLab.Providers)
            silent = [.. silent, await lab.SendAsync($"b@{provider}", $"to {provider}")];
        await lab.TimeOutAsync(3);
        await lab.LoggedAsync("route port 25 is blocked: ");
        await lab.LoggedAsync("ALARM port25: port 25 is blocked: ");
        await lab.DeliveredAsync([.. silent, greylisted]);
        foreach (string id in silent)
            await WentAroundAsync(lab, id, "port 25 is blocked");
        await WentAroundAsync(lab, greylisted, "port 25 is blocked");

        // New mail is not tried directly first, and says why. So does everything that can be asked.
        string blocked = await lab.SendAsync("c@one.example", "blocked");
        await lab.DeliveredAsync(blocked);
        await WentAroundAsync(lab, blocked, "DeliveryMode Auto: there is no rule; port 25 is blocked");
        MovedMail moved = Assert.Single(lab.Moves());
        Assert.Equal("all mail", moved.What);
        Assert.Equal(
            "port 25 is blocked: mx.one.example, mx.three.example, mx.two.example cannot be reached, and the relay can",
            moved.Reason
        );
        Assert.Equal(AlarmCatalogue.Port25Detour.Id, Assert.Single(await lab.Store.AlarmsAsync(Ct)).Kind);
        Explanation why = await lab.ExplainAsync("x@elsewhere.example");
        Assert.StartsWith("relay 127.0.0.1:", why.Route, StringComparison.Ordinal);
        Assert.Contains("port 25 is blocked", why.Rule, StringComparison.Ordinal);
        Assert.Contains("directly, once that works", why.Otherwise[0], StringComparison.Ordinal);

        // A restart forgets nothing.
        await lab.RestartAsync();
        Assert.Equal(moved, Assert.Single(lab.Moves()));
        string restarted = await lab.SendAsync("c@two.example", "restarted");
        await lab.DeliveredAsync(restarted);
        await WentAroundAsync(lab, restarted, "port 25 is blocked");

        // The first look finds it as it was: the three hosts, and one that mail went around to.
        lab.Pass(TimeSpan.FromMinutes(15));
        for (int call = 0; call < 4; call++)
            await lab.TimeOutAsync(1);
        await lab.UntilAsync(() => Task.FromResult(lab.Moves()[0].NextTry > moved.NextTry));
        Assert.Equal(moved.Since, lab.Moves()[0].Since);

        // The second finds it open.
        lab.Unblock();
        lab.Pass(TimeSpan.FromMinutes(35));
        await lab.LoggedAsync("route port 25 is open again: mx.one.example answers");
        Assert.Empty(lab.Moves());
        await lab.UntilAsync(async () => (await lab.Store.AlarmsAsync(Ct)).Count == 0);
        await lab.LoggedAsync("alarm cleared port25");
        string open = await lab.SendAsync("c@three.example", "open");
        await lab.DeliveredAsync(open);
        Assert.StartsWith("Delivered mx.three.example ", (await lab.TraceAsync(open))[^1], StringComparison.Ordinal);
        Assert.Equal("mx three.example", (await lab.ExplainAsync("x@three.example")).Route);

        string[] subjects =
        [
            "healthy",
            "greylisted",
            "to one.example",
            "to two.example",
            "to three.example",
            "blocked",
            "restarted",
            "open",
        ];
        Assert.All(subjects, subject => Assert.Equal(1, lab.Arrivals(subject)));
    }

    [Fact(Timeout = Patience)]
    public async Task A_firewall_that_refuses_blocks_as_one_that_is_silent()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        await lab.RefuseAsync();
        string[] refused = [];
        foreach (string provider in RouteLab.Providers)
            refused = [.. refused, await lab.SendAsync($"b@{provider}", $"to {provider}")];
        await lab.LoggedAsync("route port 25 is blocked: ");
        await lab.DeliveredAsync(refused);
        // They are closed, and that concerns nobody: "let mail leave through a relay" is what it does.
        Assert.Empty(lab.Troubles());
        foreach (string id in refused)
            await WentAroundAsync(lab, id, "port 25 is blocked");

        lab.Unblock();
        lab.Pass(TimeSpan.FromMinutes(15));
        await lab.LoggedAsync("route port 25 is open again: ");
        Assert.All(RouteLab.Providers, provider => Assert.Equal(1, lab.Arrivals($"to {provider}")));
    }

    [Fact(Timeout = Patience)]
    public async Task Without_a_relay_to_go_to_the_operator_hears_of_it_and_that_it_is_over()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct");
        await ShutOutAsync(lab);
        await lab.LoggedAsync(
            "ALARM port25: port 25 seems to be blocked, or the network is down: mx.one.example, mx.three.example, mx.two.example cannot be reached"
        );
        Assert.Contains(await lab.Store.AlarmsAsync(Ct), alarm => alarm.Kind == AlarmCatalogue.Port25Blocked.Id);
        Assert.Empty(lab.Moves());

        await lab.RestartAsync();
        lab.Unblock();
        await lab.DeliveredAsync(await lab.SendAsync("c@one.example", "open"));
        await lab.LoggedAsync("alarm cleared port25");
        await lab.UntilAsync(async () => (await lab.Store.AlarmsAsync(Ct)).Count == 0);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_all_the_servers_that_mail_goes_to_say_another_time_our_clock_is_an_alarm()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct");
        string theirs = ReceivedField.Date(lab.Time.GetUtcNow().AddMinutes(20));
        foreach (ScriptedServer server in lab.Servers)
            server.Greeting = $"220 mx ESMTP ready at {theirs}";
        foreach (string provider in RouteLab.Providers)
            await lab.DeliveredAsync(await lab.SendAsync($"a@{provider}", $"to {provider}"));
        await lab.LoggedAsync($"ALARM clock:{StrangerClocks.Whose}: our clock is 20 minutes behind that of");
    }

    [Fact(Timeout = Patience)]
    public async Task That_the_port_is_open_again_is_found_out_without_mail()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct");
        await ShutOutAsync(lab);
        await lab.LoggedAsync("ALARM port25: ");
        lab.Unblock();
        lab.Time.Advance(TimeSpan.FromMinutes(15));
        await lab.LoggedAsync("alarm cleared port25");
    }

    [Fact(Timeout = Patience)]
    public async Task Where_all_mail_goes_to_a_relay_from_now_on_nothing_is_suspected()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct");
        await ShutOutAsync(lab);
        await lab.LoggedAsync("ALARM port25: ");
        await lab.RestartAsync(mode: "Relay");
        await lab.LoggedAsync("alarm cleared port25");
        Assert.Empty(await lab.Store.AlarmsAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Three_dead_hosts_are_no_alarm_while_one_that_has_answered_still_does()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct", another: true);
        await lab.DeliveredAsync(await lab.SendAsync("a@fourth.example", "alive"));
        await lab.RefuseAsync();
        foreach (string provider in RouteLab.Providers)
            await lab.DeferredAsync(await lab.SendAsync($"b@{provider}", "dead"));
        await lab.RestartAsync();
        Assert.Empty(await lab.Store.AlarmsAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_crash_leaves_between_a_move_and_its_alarm_is_put_right()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        await lab.Store.RaiseAlarmAsync(new Alarm("port25", lab.Time.GetUtcNow(), "left", "port25-blocked"), Ct);
        await lab.RestartAsync();
        await lab.DeliveredAsync(await lab.SendAsync("a@one.example", "open"));
        await lab.LoggedAsync("alarm cleared port25");

        // No connection is kept.
        await lab.RestartAsync();
        await lab.RefuseAsync();
        string[] blocked = [];
        foreach (string provider in RouteLab.Providers)
            blocked = [.. blocked, await lab.SendAsync($"a@{provider}", "blocked")];
        await lab.DeliveredAsync(blocked);
        await lab.UntilAsync(async () => (await lab.Store.AlarmsAsync(Ct)).Count == 1);
        await lab.Store.ClearAlarmAsync("port25", Ct);
        await lab.RestartAsync();
        await lab.UntilAsync(async () => (await lab.Store.AlarmsAsync(Ct)).Count == 1);
        Assert.Single(lab.Moves());
    }

    [Fact(Timeout = Patience)]
    public async Task A_provider_that_sends_us_to_our_own_providers_server_is_gone_around()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 Dynamic address, please relay through your ISP" : null;
        string refused = await lab.SendAsync("a@one.example", "refused");
        await lab.DeliveredAsync(refused);
        // Not the reply in front: a notice of delay would take it for the relay's.
        await WentAroundAsync(lab, refused, " sent again by relay 127.0.0.1:");
        await WentAroundAsync(lab, refused, "refused because of us (port-25-blocked): 550 Dynamic address");
    }

    [Fact(Timeout = Patience)]
    public async Task Silent_hosts_are_no_block_while_another_answers()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        await lab.BlockAsync();
        string one = await lab.SendAsync("a@one.example", "one");
        string two = await lab.SendAsync("a@two.example", "two");
        await lab.TimeOutAsync(2);
        await lab.DeferredAsync(one);
        await lab.DeferredAsync(two);

        Assert.Empty(lab.Moves());
        Assert.Empty(lab.Relay.Lines);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_no_mail_leaves_directly_any_more_a_blocked_port_25_is_no_alarm()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        await lab.BlockAsync();
        foreach (string provider in RouteLab.Providers)
            await lab.SendAsync($"a@{provider}", "blocked");
        await lab.TimeOutAsync(3);
        await lab.LoggedAsync("ALARM port25: ");

        await lab.RestartAsync(mode: "Relay");
        await lab.LoggedAsync("route no mail leaves directly first any more");
        await lab.LoggedAsync("alarm cleared port25");
        Assert.Empty(await lab.Store.AlarmsAsync(Ct));
        await lab.RestartAsync(mode: "Auto");
        Assert.Empty(lab.Moves());
    }

    [Fact(Timeout = Patience)]
    public async Task Silence_is_no_block_while_the_relay_is_silent_too()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Relay.Greeting = "421 4.3.2 shutting down";
        await lab.Relay.DisposeAsync();
        await lab.BlockAsync();
        string[] ids = [];
        foreach (string provider in RouteLab.Providers)
            ids = [.. ids, await lab.SendAsync($"b@{provider}", "lost")];
        await lab.TimeOutAsync(3);
        foreach (string id in ids)
            await lab.DeferredAsync(id);

        Assert.Empty(lab.Moves());
    }

    [Fact(Timeout = Patience)]
    public async Task A_refusal_of_us_goes_around_and_a_refusal_of_the_recipient_or_the_content_does_not()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? NoPtr : null;
        lab.Servers[1].Answer = line =>
            line.StartsWith("RCPT TO:<nobody", StringComparison.Ordinal) ? "550 5.1.1 No such user here"
            : line == "." ? "554 5.7.1 Message content rejected, it looks like spam"
            : null;

        string refused = await lab.SendAsync("a@one.example", "refused");
        string nobody = await lab.SendAsync("nobody@two.example", "nobody");
        string spam = await lab.SendAsync("a@two.example", "spam");
        await lab.DeliveredAsync(refused);
        await lab.UntilStateAsync(nobody, RecipientState.Bounced);
        await lab.UntilStateAsync(spam, RecipientState.Bounced);

        await WentAroundAsync(lab, refused, "5.7.25");
        await lab.LoggedAsync("route mail for one.example leaves through the relay: mx.one.example");
        Assert.Equal("one.example", Assert.Single(lab.Moves()).What);
        Assert.Equal(0, lab.AtRelay("nobody") + lab.AtRelay("spam"));
        Assert.Equal(1, lab.AtRelay("refused"));

        // Nothing else is tried there, not even what is for another domain of the same provider.
        int calls = lab.Servers[0].Lines.Count;
        string next = await lab.SendAsync("b@one.example", "next");
        string guest = await lab.SendAsync("b@guest.example", "guest");
        await lab.DeliveredAsync(next, guest);
        await WentAroundAsync(lab, next, "no-ptr");
        await WentAroundAsync(lab, guest, "no-ptr");
        Assert.DoesNotContain(lab.Servers[0].Lines.Skip(calls), line => line.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Contains("no-ptr", (await lab.ExplainAsync("x@guest.example")).Rule, StringComparison.Ordinal);
        string other = await lab.SendAsync("b@three.example", "other");
        await lab.DeliveredAsync(other);
        Assert.Equal(0, lab.AtRelay("other"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_provider_is_tried_again_after_an_hour_and_taken_directly_when_it_takes_mail()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? NoPtr : null;
        string refused = await lab.SendAsync("a@one.example", "refused");
        await lab.DeliveredAsync(refused);
        await lab.RestartAsync();
        string moved = await lab.SendAsync("a@guest.example", "moved");
        await lab.DeliveredAsync(moved);
        await WentAroundAsync(lab, moved, "no-ptr");

        lab.Pass(TimeSpan.FromHours(1));
        string probe = await lab.SendAsync("a@one.example", "probe");
        await lab.DeliveredAsync(probe);
        await WentAroundAsync(lab, probe, "5.7.25");
        MovedMail again = Assert.Single(lab.Moves());
        Assert.True(again.NextTry > again.Since + TimeSpan.FromHours(2));

        lab.Servers[0].Answer = _ => null;
        lab.Pass(TimeSpan.FromHours(2));
        string back = await lab.SendAsync("a@one.example", "back");
        await lab.DeliveredAsync(back);
        await lab.LoggedAsync("route one.example takes mail from here again");
        Assert.Empty(lab.Moves());
        // What was so is told of for a while, over a restart too.
        string[] changes = lab.Changes();
        Assert.Equal("one.example takes mail from here again. Mail for it leaves directly", changes[0]);
        Assert.StartsWith("mail for one.example leaves through the relay: ", changes[1], StringComparison.Ordinal);
        await lab.RestartAsync();
        Assert.Equal(changes, lab.Changes());
        Assert.Equal(0, lab.AtRelay("back"));
        Assert.All(["refused", "moved", "probe", "back"], subject => Assert.Equal(1, lab.Arrivals(subject)));
    }

    [Fact(Timeout = Patience)]
    public async Task What_may_have_arrived_is_never_sent_the_other_way()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line => line == "." ? "" : null;
        string open = await lab.SendAsync("a@one.example", "lost");
        await lab.DeferredAsync(open);

        await lab.BlockAsync();
        string[] others = [];
        foreach (string provider in RouteLab.Providers)
            others = [.. others, await lab.SendAsync($"b@{provider}", "other")];
        await lab.TimeOutAsync(3);
        await lab.DeliveredAsync(others);
        await lab.RestartAsync();
        // It may be due, and its call under way, before the clock is looked at.
        await lab.UntilAsync(async () =>
        {
            if (await lab.EntryAsync(open) is { State: RecipientState.Waiting, Attempts: > 1 })
                return true;
            lab.Pass(TimeSpan.FromSeconds(30));
            return false;
        });
        lab.Unblock();
        lab.Pass(TimeSpan.FromHours(1));
        await lab.DeliveredAsync(open);

        Assert.Equal(0, lab.AtRelay("lost"));
        Assert.DoesNotContain(await lab.TraceAsync(open), line => line.StartsWith("Rerouted", StringComparison.Ordinal));
    }

    /// <summary>The operator decides: but the trace says what he did.</summary>
    [Fact(Timeout = Patience)]
    public async Task What_may_have_arrived_goes_the_new_way_where_the_settings_leave_no_other_and_the_trace_says_so()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line => line == "." ? "" : null;
        string cut = await lab.SendAsync("a@one.example", "cut");
        await lab.DeferredAsync(cut);
        Assert.Equal("own-in-doubt", (await lab.EntryAsync(cut)).Rule);

        await lab.RestartAsync(mode: "Relay");
        lab.Pass(TimeSpan.FromHours(1));
        await lab.DeliveredAsync(cut);

        string[] trace = await lab.TraceAsync(cut);
        Assert.Contains("Rerouted", trace[^2], StringComparison.Ordinal);
        Assert.Contains("RELAY_TX", trace[^2], StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_provider_that_refuses_us_is_moved_though_the_refused_mail_may_have_arrived_before_and_stays()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line => line == "." ? "" : null;
        string cut = await lab.SendAsync("a@one.example", "cut");
        await lab.DeferredAsync(cut);

        lab.Servers[0].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? NoPtr : null;
        lab.Pass(TimeSpan.FromHours(1));
        await lab.UntilStateAsync(cut, RecipientState.Bounced);
        await lab.LoggedAsync("route mail for one.example leaves through the relay: mx.one.example ");
        string next = await lab.SendAsync("b@one.example", "next");
        await lab.DeliveredAsync(next);
        Assert.Equal((0, 1), (lab.AtRelay("cut"), lab.AtRelay("next")));
    }

    [Fact(Timeout = Patience)]
    public async Task What_waited_for_the_relay_over_a_restart_does_not_lie_about_when_only_the_first_shows_where_it_goes()
    {
        await using RouteLab lab = await RouteLab.OpenAsync();
        lab.Servers[0].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? NoPtr : null;
        lab.Relay.Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 Greylisted" : null;
        string[] subjects = ["first", "second", "third", "fourth"];
        foreach (string subject in subjects)
            await lab.DeferredAtRelayAsync(await lab.SendAsync("a@one.example", subject));

        lab.Relay.Answer = _ => null;
        await lab.RestartAsync(later: TimeSpan.FromMinutes(30));
        var second = TimeSpan.FromSeconds(1);
        await lab.UntilAsync(() =>
        {
            // Nobody kicks the scheduler: it has to look again by itself, and soon.
            if (lab.Time.ArmedFor(lab.Time.GetUtcNow() + second) > 0)
                lab.Time.Advance(second);
            return Task.FromResult(subjects.All(subject => lab.AtRelay(subject) == 1));
        });
    }

    [Fact(Timeout = Patience)]
    public async Task A_rule_moves_its_mail_and_no_other()
    {
        await using RouteLab lab = await RouteLab.OpenAsync(
            "Direct",
            "[Route:club]\nAction=auto\nSenderDomain=club.example\nRelay=RELAY\nTls=any\n"
        );
        lab.Servers[0].Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? NoPtr : null;

        string club = await lab.SendAsync("a@one.example", "club", "b@club.example");
        string other = await lab.SendAsync("a@one.example", "other");
        await lab.DeliveredAsync(club);
        await lab.UntilStateAsync(other, RecipientState.Bounced);

        await WentAroundAsync(lab, club, " by club");
        Assert.Equal(0, lab.AtRelay("other"));
        Assert.Contains(
            "directly, else to its relay",
            (await lab.ExplainAsync("x@one.example", "b@club.example")).Rule,
            StringComparison.Ordinal
        );
    }

    /// <summary>A firewall refuses every call, and mail for all of them has tried.</summary>
    private static async Task ShutOutAsync(RouteLab lab)
    {
        await lab.RefuseAsync();
        foreach (string provider in RouteLab.Providers)
            await lab.DeferredAsync(await lab.SendAsync($"b@{provider}", "shut out"));
    }

    private static async Task WentAroundAsync(RouteLab lab, string id, string why)
    {
        string[] trace = await lab.TraceAsync(id);
        Assert.Contains(
            trace,
            line => line.StartsWith("Rerouted", StringComparison.Ordinal) && line.Contains(why, StringComparison.Ordinal)
        );
        Assert.StartsWith("Delivered 127.0.0.1 ", trace[^1], StringComparison.Ordinal);
    }
}
