using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Queue;

public sealed class DeliverySchedulerTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly QueueRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task New_mail_goes_out_at_once_with_our_fields_in_front()
    {
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Delivered);

        Received got = Assert.Single(_rig.Peers.Got);
        Assert.Equal(("mx far.example", "alice@node.example"), (got.Route, got.Sender));
        Assert.Equal("X-Trace: ours\r\nSubject: test\r\n\r\nHello\r\n", got.Content);
    }

    /// <summary>At thousands of messages a second an hour's worth of them is gigabytes.</summary>
    [Fact(Timeout = Patience)]
    public async Task What_is_over_is_forgotten_within_minutes_of_its_retention()
    {
        _rig.Settings = _rig.Settings with { TraceRetention = TimeSpan.FromMinutes(10) };
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Delivered);

        _rig.Time.Advance(TimeSpan.FromMinutes(12));
        _rig.Scheduler.Kick();
        await _rig.UntilAsync(async () => await _rig.Store.FindAsync(id, Ct) is null);
    }

    /// <summary>RFC 3030 §2. What it answers to the lines of the content must not be taken for answers to commands.</summary>
    [Fact(Timeout = Patience)]
    public async Task Who_offers_BDAT_and_does_not_know_it_gets_the_message_by_DATA_at_once()
    {
        string[] known = ["EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT", "."];
        _rig.Peers.Extensions = "250-PIPELINING\r\n250 CHUNKING\r\n";
        _rig.Peers.Answer = (_, line) =>
            known.Any(word => line.StartsWith(word, StringComparison.Ordinal)) ? null : "502 5.5.2 what?\r\n";
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Delivered);

        Received got = Assert.Single(_rig.Peers.Got);
        Assert.Equal("X-Trace: ours\r\nSubject: test\r\n\r\nHello\r\n", got.Content);
        Assert.Equal(2, _rig.Peers.Calls.Count);
    }

    /// <summary>A board that has slept, a wrong time zone: times that were reckoned by the wrong clock lie a day ahead.</summary>
    [Fact(Timeout = Patience)]
    public async Task When_the_clock_is_set_back_by_a_day_nothing_waits_for_a_day()
    {
        await _rig.StartAsync();
        _rig.Peers.Connecting = _ => Down();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilAsync(async () => (await _rig.EntryAsync(id)).State == RecipientState.Waiting);

        // First the host: the scheduler may look at the clock at any time.
        _rig.Peers.Connecting = _ => null;
        _rig.Time.WrongBy = TimeSpan.FromDays(-1);
        _rig.Scheduler.Kick();
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
    }

    [Fact(Timeout = Patience)]
    public async Task The_next_attempt_is_stored_before_this_one_is_made()
    {
        var gate = new TaskCompletionSource();
        _rig.Peers.Gate = (_, _) => gate.Task;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilAsync(() => !_rig.Peers.Calls.IsEmpty);

        QueueEntry entry = await _rig.EntryAsync(id);
        Assert.Equal((RecipientState.Claimed, 1, TestMail.Noon.AddMinutes(1)), (entry.State, entry.Attempts, entry.Due));
        gate.SetResult();
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
    }

    [Fact(Timeout = Patience)]
    public async Task What_memory_has_no_room_for_waits_in_the_store_and_leaves_later()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 2 };
        var gate = new TaskCompletionSource();
        _rig.Peers.Gate = (_, _) => gate.Task;
        await _rig.StartAsync();
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 10).Select(i => _rig.SendAsync($"joe@d{i}.example")))];
        Assert.Equal(8, (await _rig.Store.CountAsync(Ct)).Waiting);

        gate.SetResult();
        foreach (string id in ids)
            await _rig.UntilStateAsync(id, RecipientState.Delivered);
        Assert.Equal(10, _rig.Peers.Got.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task A_domain_with_more_due_mail_than_is_read_at_once_does_not_stand_before_the_others()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 8 };
        var gate = new TaskCompletionSource();
        _rig.Peers.Gate = (route, _) => route.Name == "mx slow.example" ? gate.Task : Task.CompletedTask;
        for (int i = 0; i < 20; i++)
            await _rig.Store.AcceptAsync(
                TestMail.Accepted(_rig.Store, TestMail.Waiting(0, $"r{i}@slow.example", "mx slow.example")),
                Ct
            );
        NewMessage other = TestMail.Accepted(_rig.Store, TestMail.Waiting(0, "joe@far.example"));
        await _rig.Store.AcceptAsync(other, Ct);

        await _rig.StartAsync();
        await _rig.UntilStateAsync(other.Message.Id, RecipientState.Delivered);
        gate.SetResult();
        await _rig.UntilReceivedAsync(21);
    }

    [Fact(Timeout = Patience)]
    public async Task A_deferred_message_is_tried_again_at_its_time_although_nothing_else_happens()
    {
        _rig.Peers.Answer = (_, line) => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 greylisted\r\n" : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilAsync(() => _rig.Time.IsArmed(TestMail.Noon.AddSeconds(48), TestMail.Noon.AddSeconds(60)));
        QueueEntry entry = await _rig.EntryAsync(id);
        Assert.Equal((RecipientState.Waiting, 1), (entry.State, entry.Attempts));
        Assert.Equal("451 4.7.1 greylisted", entry.LastReply);

        _rig.Peers.Answer = (_, _) => null;
        _rig.Time.Advance(TimeSpan.FromSeconds(60));
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
        Assert.Equal([TraceKind.Deferred, TraceKind.Delivered], (await _rig.StoryAsync(id)).Events.Select(e => e.Kind));
    }

    [Fact(Timeout = Patience)]
    public async Task A_dead_domain_is_probed_with_one_message_while_the_others_wait_uncounted()
    {
        _rig.Settings = _rig.Settings with { DomainConnections = 1 };
        _rig.Peers.Connecting = _ => Down();
        await _rig.StartAsync();
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(i => _rig.SendAsync($"r{i}@far.example")))];
        await _rig.UntilAsync(async () => (await _rig.Store.CountAsync(Ct)).Waiting == 5);
        Assert.Equal(1, await AttemptsAsync(ids));

        _rig.Pass(TimeSpan.FromSeconds(60));
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == 2);
        await _rig.UntilAsync(async () => (await _rig.Store.CountAsync(Ct)).Waiting == 5);
        Assert.Equal(2, await AttemptsAsync(ids));

        _rig.Peers.Connecting = _ => null;
        _rig.Pass(TimeSpan.FromSeconds(120));
        await _rig.UntilReceivedAsync(5);
        await _rig.UntilAsync(() => _rig.Scheduler.Troubles().Count == 0);
    }

    [Fact(Timeout = Patience)]
    public async Task Connections_that_fail_together_are_one_failure_of_the_route()
    {
        var gate = new TaskCompletionSource();
        _rig.Peers.Gate = (_, _) => gate.Task;
        _rig.Peers.Connecting = _ => Down();
        await _rig.StartAsync();
        for (int i = 0; i < 4; i++)
            await _rig.SendAsync($"r{i}@far.example");
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == 4);
        gate.SetResult();
        await _rig.UntilAsync(async () => (await _rig.Store.CountAsync(Ct)).Waiting == 4);

        Assert.Equal(TestMail.Noon.AddMinutes(1), Assert.Single(_rig.Scheduler.Troubles()).NextTry);
    }

    [Fact(Timeout = Patience)]
    public async Task One_dead_domain_delays_nothing_else()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 20 };
        _rig.Peers.Gate = (route, ct) =>
            route.Name == "mx dead.example" ? Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct) : Task.CompletedTask;
        await _rig.StartAsync();
        for (int i = 0; i < 50; i++)
            await _rig.SendAsync($"r{i}@dead.example");
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
    }

    [Fact(Timeout = Patience)]
    public async Task Stored_mail_for_many_dead_domains_leaves_room_for_new_mail()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 8 };
        _rig.Peers.Gate = (route, ct) =>
            route.Name == "mx far.example" ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct);
        for (int i = 0; i < 40; i++)
            await _rig.Store.AcceptAsync(
                TestMail.Accepted(_rig.Store, TestMail.Waiting(0, $"joe@dead{i}.example", $"mx dead{i}.example")),
                Ct
            );
        await _rig.StartAsync();
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == 6);

        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
        Assert.Equal(34, (await _rig.Store.CountAsync(Ct)).Waiting);
    }

    [Fact(Timeout = Patience)]
    public async Task New_mail_for_hosts_of_unknown_health_opens_a_bounded_number_of_connections()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 5000 };
        _rig.Peers.Gate = (_, ct) => Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct);
        await _rig.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 1100).Select(i => _rig.SendAsync($"joe@silent{i}.example")));

        Assert.Equal(76, (await _rig.Store.CountAsync(Ct)).Waiting);
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == 1024);
    }

    [Fact(Timeout = Patience)]
    public async Task A_survey_goes_round_all_routes_however_many_are_closed()
    {
        _rig.Peers.Connecting = route => route.Name == "mx z.example" ? null : Down();
        for (int i = 0; i < 600; i++)
            await _rig.Store.AcceptAsync(
                TestMail.Accepted(_rig.Store, TestMail.Waiting(0, $"joe@dead{i}.example", $"mx dead{i}.example")),
                Ct
            );
        NewMessage last = TestMail.Accepted(_rig.Store, TestMail.Waiting(0, "joe@z.example", "mx z.example"));
        await _rig.Store.AcceptAsync(last, Ct);

        await _rig.StartAsync();
        await _rig.UntilAsync(() => _rig.Time.IsArmed(TestMail.Noon.AddMilliseconds(200), TestMail.Noon.AddMilliseconds(200)));
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == 16);
        await _rig.UntilAsync(async () =>
        {
            _rig.Pass(TimeSpan.FromMilliseconds(200));
            return (await _rig.StoryAsync(last.Message.Id)).Recipients[0].State == RecipientState.Delivered
                && _rig.Scheduler.Troubles().Count == 600;
        });
    }

    [Fact(Timeout = Patience)]
    public async Task What_came_due_while_a_long_survey_was_followed_by_a_rest_is_found_after_it()
    {
        for (int i = 0; i < 300; i++)
            await _rig.Store.AcceptAsync(
                TestMail.Accepted(
                    _rig.Store,
                    TestMail.Waiting(0, $"joe@d{i}.example", $"mx d{i}.example", TestMail.Noon.AddDays(1))
                ),
                Ct
            );
        int steps = 0;
        _rig.Store.Before = what => steps += what == "routes" ? 1 : 0;
        await _rig.StartAsync();
        await _rig.UntilAsync(() => steps == 2);
        NewMessage message = TestMail.Accepted(_rig.Store, TestMail.Waiting(0, "joe@far.example"));
        await _rig.Store.AcceptAsync(message, Ct);
        _rig.Scheduler.Wake();
        await _rig.UntilAsync(() => _rig.Time.IsArmed(TestMail.Noon.AddMilliseconds(10), TestMail.Noon.AddMilliseconds(10)));

        _rig.Time.Advance(TimeSpan.FromMilliseconds(10));
        await _rig.UntilStateAsync(message.Message.Id, RecipientState.Delivered);
    }

    [Fact(Timeout = Patience)]
    public async Task What_comes_due_between_the_look_and_the_sleep_is_not_slept_over()
    {
        int looks = 0;
        _rig.Store.Before = what =>
        {
            if (what == "routes" && ++looks == 1)
                _rig.Time.Advance(TimeSpan.FromSeconds(60));
        };
        NewMessage message = TestMail.Accepted(
            _rig.Store,
            TestMail.Waiting(0, "joe@far.example", due: TestMail.Noon.AddSeconds(30))
        );
        await _rig.Store.AcceptAsync(message, Ct);

        await _rig.StartAsync();
        await _rig.UntilStateAsync(message.Message.Id, RecipientState.Delivered);
    }

    [Fact(Timeout = Patience)]
    public async Task A_route_that_opens_between_the_look_and_the_sleep_is_not_slept_over()
    {
        _rig.Peers.Connecting = _ => Down();
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Waiting);
        // Its own pause is shortened at random, so that it is due before the route opens.
        DateTimeOffset due = (await _rig.EntryAsync(id)).Due;

        _rig.Peers.Connecting = _ => null;
        int looks = 0;
        _rig.Store.Before = what =>
        {
            // A millisecond before the end, as a timer may ring, and then the time goes on.
            if (what == "routes" && _rig.Time.GetUtcNow() > TestMail.Noon && ++looks == 1)
                _rig.Time.Advance(TimeSpan.FromMilliseconds(2));
        };
        await _rig.UntilAsync(() => _rig.Time.ArmedFor(due) > 0);
        _rig.Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
    }

    /// <summary>After a restart: new mail comes before the first look at what waits.</summary>
    [Fact(Timeout = Patience)]
    public async Task What_waits_while_new_mail_holds_all_places_of_its_route_leaves_as_soon_as_there_is_one()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _rig.Peers.Gate = (_, _) => open.Task;
        await _rig.Store.AcceptAsync(TestMail.Accepted(_rig.Store, TestMail.Waiting(0, "old@far.example", "mx far.example")), Ct);
        await _rig.SendAsync("new@far.example");
        await _rig.StartAsync();
        await _rig.UntilAsync(() => _rig.Time.ArmedFor(_rig.Time.GetUtcNow() + TimeSpan.FromMinutes(2)) > 0);

        open.SetResult();
        await _rig.UntilReceivedAsync(2);
    }

    [Fact(Timeout = Patience)]
    public async Task New_mail_goes_behind_what_waits_in_the_store_for_its_route()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 4, DomainConnections = 1 };
        var gate = new TaskCompletionSource();
        _rig.Peers.Gate = (_, _) => gate.Task;
        await _rig.StartAsync();
        for (int i = 0; i < 5; i++)
            await _rig.SendAsync($"r{i}@far.example");
        gate.SetResult();
        await _rig.UntilReceivedAsync(5);

        Assert.Equal(
            [.. Enumerable.Range(0, 5).Select(i => $"r{i}@far.example")],
            _rig.Peers.Got.SelectMany(got => got.Recipients).Select(to => to.Trim('<', '>'))
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Wrong_credentials_park_the_relay_with_one_alarm_and_no_message_pays_for_it()
    {
        _rig.Relay = QueueRig.Hub("wrong");
        _rig.Peers.Connecting = route => ((Route.Relay)route).Settings.Password.RevealValue() == "wrong" ? Refused() : null;
        await _rig.StartAsync();
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 10).Select(i => _rig.SendAsync($"r{i}@far.example")))];
        await UntilParkedAsync(10);
        Assert.Equal(0, await AttemptsAsync(ids));
        await _rig.UntilAsync(async () => (await _rig.Store.AlarmsAsync(Ct)).Count > 0);
        Alarm alarm = Assert.Single(await _rig.Store.AlarmsAsync(Ct));
        Assert.Contains("is parked, all its mail waits: 535 wrong password", alarm.Text, StringComparison.Ordinal);
        Assert.True(Assert.Single(_rig.Scheduler.Troubles()).IsParked);

        // The operator corrects the password, and the settings are read again.
        _rig.Relay = QueueRig.Hub("right");
        _rig.Scheduler.Wake();
        await _rig.UntilReceivedAsync(10);
        await _rig.UntilAsync(async () => (await _rig.Store.AlarmsAsync(Ct)).Count == 0);
        Assert.DoesNotContain(_rig.Peers.Got, got => got.Recipients.Count != 1);
    }

    [Fact(Timeout = Patience)]
    public async Task A_parked_relay_is_tried_at_once_when_somebody_says_so_and_once_in_a_rescan()
    {
        _rig.Relay = QueueRig.Hub("wrong");
        _rig.Peers.Connecting = _ => Refused();
        await _rig.StartAsync();
        await _rig.SendAsync("joe@far.example");
        await UntilParkedAsync(1);
        int calls = _rig.Peers.Calls.Count;

        _rig.Scheduler.Wake();
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == calls + 1);
        await UntilParkedAsync(1);
        _rig.Pass(TimeSpan.FromMinutes(59));
        await UntilParkedAsync(1);
        Assert.Equal(calls + 1, _rig.Peers.Calls.Count);
        _rig.Pass(TimeSpan.FromMinutes(1));
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count == calls + 2);
    }

    [Fact(Timeout = Patience)]
    public async Task New_mail_after_a_change_of_the_password_takes_the_parked_along()
    {
        _rig.Relay = QueueRig.Hub("wrong");
        _rig.Peers.Connecting = route => ((Route.Relay)route).Settings.Password.RevealValue() == "wrong" ? Refused() : null;
        await _rig.StartAsync();
        await _rig.SendAsync("joe@far.example");
        await UntilParkedAsync(1);

        _rig.Relay = QueueRig.Hub("right");
        await _rig.SendAsync("jim@far.example");
        await _rig.UntilReceivedAsync(2);
    }

    [Fact(Timeout = Patience)]
    public async Task A_change_of_the_relay_takes_along_what_was_stored_for_the_old_one()
    {
        _rig.Relay = QueueRig.Hub("wrong");
        _rig.Peers.Connecting = route => route.Name.Contains("hub.example", StringComparison.Ordinal) ? Refused() : null;
        await _rig.StartAsync();
        // More than a route of unknown health gets at once.
        for (int i = 0; i < 30; i++)
            await _rig.SendAsync($"r{i}@far.example");
        await UntilParkedAsync(30);

        _rig.Relay = QueueRig.Hub("right", "other.example");
        _rig.Scheduler.Wake();
        await _rig.UntilReceivedAsync(30);
        Assert.All(_rig.Peers.Got, got => Assert.Equal("relay other.example:587", got.Route));
    }

    [Fact(Timeout = Patience)]
    public async Task What_lies_behind_mail_that_leaves_by_another_route_now_is_looked_at_again_soon()
    {
        _rig.Peers.Gate = (route, ct) =>
            route.Name == "mx silent.example" ? Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct) : Task.CompletedTask;
        // The first holds the only place of its route, the second is filed under that: nothing kicks, and no lane knows of the third.
        foreach (string to in (string[])["a@silent.example", "b@silent.example", "joe@far.example"])
            await _rig.Store.AcceptAsync(TestMail.Accepted(_rig.Store, TestMail.Waiting(0, to, "relay gone.example:587")), Ct);
        await _rig.StartAsync();

        var second = TimeSpan.FromSeconds(1);
        await _rig.UntilAsync(() =>
        {
            if (_rig.Time.ArmedFor(_rig.Time.GetUtcNow() + second) > 0)
                _rig.Time.Advance(second);
            return _rig.Peers.Got.Any(got => got.Recipients.Contains("joe@far.example"));
        });
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_parked_before_a_restart_is_tried_at_once_after_it()
    {
        _rig.Relay = QueueRig.Hub("wrong");
        _rig.Peers.Connecting = _ => Refused();
        await _rig.StartAsync();
        await _rig.SendAsync("joe@far.example");
        await UntilParkedAsync(1);
        await _rig.UntilAsync(async () => (await _rig.Store.AlarmsAsync(Ct)).Count == 1);

        _rig.Peers.Connecting = _ => null;
        await _rig.RestartAsync();
        await _rig.UntilReceivedAsync(1);
        await _rig.UntilAsync(async () => (await _rig.Store.AlarmsAsync(Ct)).Count == 0);
    }

    /// <summary>Whoever was told of it before the restart is not told again: there is one event, and one alarm since then.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_restart_while_a_route_is_parked_is_no_news()
    {
        _rig.Relay = QueueRig.Hub("wrong");
        _rig.Peers.Connecting = _ => Refused();
        await _rig.StartAsync();
        await _rig.SendAsync("joe@far.example");
        await UntilParkedAsync(1);
        await _rig.UntilAsync(async () => (await _rig.Store.AlarmsAsync(Ct)).Count == 1);
        Alarm before = Assert.Single(await _rig.Store.AlarmsAsync(Ct));
        Assert.Equal("route-parked", before.Kind);

        int calls = _rig.Peers.Calls.Count;
        await _rig.RestartAsync();
        await _rig.UntilAsync(() => _rig.Peers.Calls.Count > calls);
        await UntilParkedAsync(1);
        Assert.Equal(before, Assert.Single(await _rig.Store.AlarmsAsync(Ct)));
        Assert.Single(await _rig.Accounts.AlarmEventsAsync(0, 10, Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task The_alarm_of_a_route_that_nothing_is_sent_by_any_more_ends_by_itself()
    {
        await _rig.Store.RaiseAlarmAsync(new Alarm("route:relay gone.example:587", TestMail.Noon, "it is down"), Ct);
        await _rig.StartAsync();
        await _rig.SendAsync("joe@far.example");
        await _rig.UntilReceivedAsync(1);
        Assert.Single(await _rig.Store.AlarmsAsync(Ct));
        await _rig.UntilAsync(async () =>
        {
            // What an earlier run left may be taken up after the first message was sent: the time is counted from there.
            _rig.Pass(_rig.Settings.Limits.Longest);
            return (await _rig.Store.AlarmsAsync(Ct)).Count == 0;
        });
    }

    /// <summary>"Nothing need be done, mail leaves through the relay" would be a strange thing to say of the relay.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_firewall_before_the_relay_is_no_alarm_of_port_25()
    {
        _rig.Relay = QueueRig.Hub("right");
        _rig.Peers.Connecting = _ => new Connection.Unreachable(
            new SmtpReply(421, "4.4.1", "no connection: Permission denied"),
            false,
            "hub.example [192.0.2.1]:587"
        );
        await _rig.StartAsync();
        await _rig.SendAsync("joe@far.example");
        await _rig.UntilAsync(async () => (await _rig.Store.AlarmsAsync(Ct)).Count == 1);
        Assert.Equal("route-down", Assert.Single(await _rig.Store.AlarmsAsync(Ct)).Kind);
    }

    [Fact(Timeout = Patience)]
    public async Task A_permanent_refusal_goes_back_at_once_and_the_report_comes_from_nobody()
    {
        _rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT TO:<joe@", StringComparison.Ordinal) ? "550 5.1.1 no such user\r\n" : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilReceivedAsync(1);

        Received report = Assert.Single(_rig.Peers.Got);
        Assert.Equal(("mx node.example", ""), (report.Route, report.Sender));
        Assert.Contains("no such user", report.Content, StringComparison.Ordinal);
        Assert.Equal([TraceKind.Bounced, TraceKind.Reported], (await _rig.StoryAsync(id)).Events.Select(e => e.Kind));
    }

    [Fact(Timeout = Patience)]
    public async Task A_message_without_a_sender_is_dropped_without_a_word()
    {
        _rig.Peers.Answer = (_, line) => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 no such user\r\n" : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync(null, DsnNotify.Unspecified, "joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Bounced);

        Assert.Equal([TraceKind.Discarded], (await _rig.StoryAsync(id)).Events.Select(e => e.Kind));
        Assert.Single(await _rig.Store.TraceAsync(null, null, 10, Ct));
    }

    [Theory(Timeout = Patience)]
    [InlineData(DsnNotify.Never, 550, false)]
    [InlineData(DsnNotify.Success, 550, false)]
    [InlineData(DsnNotify.Failure, 550, true)]
    [InlineData(DsnNotify.Success, 250, true)]
    [InlineData(DsnNotify.Unspecified, 250, false)]
    public async Task A_sender_hears_what_he_asked_for(DsnNotify notify, int code, bool hears)
    {
        _rig.Peers.Answer = (route, line) =>
            line.StartsWith("RCPT", StringComparison.Ordinal) && route == "mx far.example" ? $"{code} x\r\n" : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("alice@node.example", notify, "joe@far.example");
        await _rig.UntilStateAsync(id, code == 250 ? RecipientState.Delivered : RecipientState.Bounced);

        Assert.Equal(hears, (await _rig.StoryAsync(id)).Events.Any(e => e.Kind == TraceKind.Reported));
    }

    /// <summary>RFC 3461 §6.2.7.4: whoever hands on to a server without DSN says that it was relayed; with DSN the next one reports.</summary>
    [Theory(Timeout = Patience)]
    [InlineData("250 OK\r\n", true)]
    [InlineData("250 DSN\r\n", false)]
    public async Task Success_is_reported_as_relayed_where_the_next_server_will_not_report_it(string extensions, bool isOurs)
    {
        _rig.Peers.Extensions = extensions;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("alice@node.example", DsnNotify.Success, "joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
        await _rig.UntilReceivedAsync(isOurs ? 2 : 1);

        Assert.Equal(isOurs, (await _rig.StoryAsync(id)).Events.Any(e => e.Kind == TraceKind.Reported));
        Assert.Equal(
            isOurs ? 1 : 0,
            _rig.Peers.Got.Count(got =>
                got.Content.Contains("\r\nAction: relayed\r\n", StringComparison.Ordinal)
                && got.Content.Contains("\r\nFinal-Recipient: rfc822; joe@far.example\r\n", StringComparison.Ordinal)
            )
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Patience_ends_with_the_last_attempt()
    {
        _rig.Settings = _rig.Settings with { Limits = _rig.Settings.Limits with { MaxAttempts = 1 } };
        _rig.Peers.Connecting = route => route.Name == "mx far.example" ? Down() : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Bounced);
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_behind_a_dead_host_goes_back_when_it_is_too_old_all_of_it_at_one_probe()
    {
        _rig.Settings = _rig.Settings with { DomainConnections = 1 };
        _rig.Peers.Connecting = route => route.Name == "mx far.example" ? Down() : null;
        await _rig.StartAsync();
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(i => _rig.SendAsync($"r{i}@far.example")))];
        await _rig.UntilAsync(async () => (await _rig.Store.CountAsync(Ct)).Waiting == 5);

        _rig.Pass(TimeSpan.FromDays(5));
        foreach (string id in ids)
            await _rig.UntilStateAsync(id, RecipientState.Bounced);
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_that_is_too_old_goes_back_although_more_of_it_waits_than_is_read_at_once()
    {
        _rig.Peers.Connecting = route => route.Name == "mx far.example" ? Down() : null;
        string[] ids = new string[600];
        for (int i = 0; i < ids.Length; i++)
        {
            NewMessage message = TestMail.Accepted(_rig.Store, TestMail.Waiting(0, $"r{i}@far.example"));
            ids[i] = message.Message.Id;
            await _rig.Store.AcceptAsync(message, Ct);
        }

        _rig.Time.Advance(TimeSpan.FromDays(5));
        await _rig.StartAsync();
        foreach (string id in ids)
            await _rig.UntilStateAsync(id, RecipientState.Bounced);
        Assert.Single(_rig.Peers.Calls, "mx far.example");
    }

    [Fact(Timeout = Patience)]
    public async Task Recipients_of_one_domain_share_a_transaction_and_those_refused_are_refused_alone()
    {
        _rig.Peers.Answer = (_, line) => line.StartsWith("RCPT TO:<b@", StringComparison.Ordinal) ? "550 5.1.1 no\r\n" : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync(
            null,
            DsnNotify.Unspecified,
            "a@far.example",
            "b@far.example",
            "c@far.example",
            "d@near.example"
        );
        await _rig.UntilStateAsync(
            id,
            RecipientState.Delivered,
            RecipientState.Bounced,
            RecipientState.Delivered,
            RecipientState.Delivered
        );

        Assert.Equal(
            ["a@far.example,c@far.example", "d@near.example"],
            _rig.Peers.Got.Select(got => string.Join(',', got.Recipients)).Order()
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_lost_reply_to_the_final_dot_means_sending_it_again()
    {
        _rig.Peers.Answer = (_, line) => line == "." ? "" : null;
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Waiting);

        _rig.Peers.Answer = (_, _) => null;
        _rig.Pass(TimeSpan.FromMinutes(1));
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
        Assert.Equal(2, _rig.Peers.Got.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_stop_interrupts_is_resumed_by_the_next_start()
    {
        var reached = new TaskCompletionSource();
        _rig.Peers.Gate = (_, ct) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _rig.Time, ct);
        };
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        await reached.Task.WaitAsync(Ct);

        _rig.Peers.Gate = (_, _) => Task.CompletedTask;
        await _rig.RestartAsync(runsOutOfPatience: true);
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
    }

    [Theory(Timeout = Patience)]
    [InlineData("find")]
    [InlineData("claim")]
    [InlineData("record")]
    [InlineData("next")]
    [InlineData("sweep")]
    [InlineData("read")]
    public async Task A_store_that_fails_once_anywhere_loses_nothing(string where)
    {
        await _rig.Store.AcceptAsync(TestMail.Accepted(_rig.Store, TestMail.Waiting(0, "joe@far.example")), Ct);
        int failures = 0;
        _rig.Store.Before = name =>
        {
            if (name == where && Interlocked.Increment(ref failures) == 1)
                throw new StoreUnavailableException("the disk is full", null);
        };
        await _rig.StartAsync();
        await _rig.UntilAsync(() => Volatile.Read(ref failures) > 0);
        await _rig.UntilAsync(async () =>
        {
            _rig.Pass(TimeSpan.FromMinutes(1));
            return (await _rig.Store.CountAsync(Ct)) is { Waiting: 0, Claimed: 0 };
        });

        Assert.NotEmpty(_rig.Peers.Got);
    }

    [Fact(Timeout = Patience)]
    public async Task A_claim_that_fails_gives_its_places_back()
    {
        _rig.Settings = _rig.Settings with { MemoryMessages = 1 };
        await _rig.Store.AcceptAsync(TestMail.Accepted(_rig.Store, TestMail.Waiting(0, "joe@far.example")), Ct);
        int failures = 0;
        _rig.Store.Before = name =>
        {
            if (name == "claim" && Interlocked.Increment(ref failures) <= 3)
                throw new StoreUnavailableException("the disk is full", null);
        };
        await _rig.StartAsync();
        await _rig.UntilAsync(async () =>
        {
            _rig.Pass(TimeSpan.FromSeconds(1));
            return (await _rig.Store.CountAsync(Ct)) is { Waiting: 0, Claimed: 0 };
        });
        Assert.Single(_rig.Peers.Got);
    }

    [Fact(Timeout = Patience)]
    public async Task Lanes_of_domains_that_nothing_is_sent_to_any_more_are_forgotten()
    {
        await _rig.StartAsync();
        for (int i = 0; i < 20; i++)
            await _rig.UntilStateAsync(await _rig.SendAsync($"joe@d{i}.example"), RecipientState.Delivered);
        Assert.NotEqual(0, _rig.Scheduler.LaneCount);

        await _rig.UntilAsync(() =>
        {
            _rig.Pass(TimeSpan.FromSeconds(15));
            return _rig.Scheduler.LaneCount == 0;
        });
    }

    [Fact(Timeout = Patience)]
    public async Task Nothing_is_sent_while_sending_is_switched_off()
    {
        _rig.Settings = _rig.Settings with { IsSending = false };
        await _rig.StartAsync();
        string id = await _rig.SendAsync("joe@far.example");
        Assert.Equal(RecipientState.Waiting, (await _rig.EntryAsync(id)).State);

        _rig.Settings = _rig.Settings with { IsSending = true };
        _rig.Scheduler.Wake();
        await _rig.UntilStateAsync(id, RecipientState.Delivered);
    }

    private static Connection.Unreachable Down() =>
        new(new SmtpReply(421, "4.4.1", "no connection: connection refused"), FromPeer: false, "mx.far.example [192.0.2.25]:25");

    private static Connection.Misconfigured Refused() => new("535 wrong password", "hub.example [192.0.2.1]:587");

    private Task UntilParkedAsync(int count) =>
        _rig.UntilAsync(async () => await _rig.Store.CountAsync(Ct) is { Claimed: 0 } counts && counts.Waiting == count);

    private async Task<int> AttemptsAsync(IEnumerable<string> ids)
    {
        int attempts = 0;
        foreach (string id in ids)
            attempts += (await _rig.EntryAsync(id)).Attempts;
        return attempts;
    }
}
