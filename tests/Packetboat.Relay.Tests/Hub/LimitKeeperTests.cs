using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>What is done beyond a limit besides a refusal.</summary>
public sealed class LimitKeeperTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly LimitRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => _rig.Queue.Time.GetUtcNow();

    private DateTimeOffset NextHour => new UsageCounters(UsageCounters.HourOf(Now)).HourEnds;

    private DateTimeOffset NextDay => new UsageCounters(UsageCounters.HourOf(Now)).DayEnds;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task What_is_delayed_leaves_in_its_order_as_the_counter_of_each_hour_allows()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 2, LimitAction.Delay);
        await _rig.OpenAsync();
        var ids = new List<string?>();
        for (int i = 0; i < 5; i++)
            ids.Add(await _rig.SendAsync($"r{i}@far.example"));
        // The route is known to work from then on: what is released is not held up by it.
        await _rig.Queue.UntilStateAsync(ids[0]!, RecipientState.Delivered);
        await _rig.Queue.UntilStateAsync(ids[1]!, RecipientState.Delivered);
        MessageStory waiting = await _rig.Queue.StoryAsync(ids[2]!);
        // The operator sees when it goes on.
        Assert.Equal((RecipientState.Held, NextHour), (waiting.Recipients[0].State, waiting.Recipients[0].Next));
        Assert.Equal(
            "account MYBBS has sent 2 of 2 messages in this hour (MessagesPerHour): it waits",
            waiting.Recipients[0].LastReply
        );

        Assert.Equal(0, await _rig.Keeper.ReleaseAsync(Ct));
        _rig.PassUntil(NextHour);
        Assert.Equal(2, await _rig.Keeper.ReleaseAsync(Ct));
        await _rig.Queue.UntilReceivedAsync(4);
        Assert.Equal(0, await _rig.Keeper.ReleaseAsync(Ct));
        // What comes now has to wait as well: the hour is used up by what waited.
        Assert.NotNull(await _rig.SendAsync("late@far.example"));
        _rig.PassUntil(NextHour);
        Assert.Equal(2, await _rig.Keeper.ReleaseAsync(Ct));
        await _rig.Queue.UntilReceivedAsync(6);

        Assert.Equal(
            ["late", "r0", "r1", "r2", "r3", "r4"],
            _rig.Queue.Peers.Got.Select(got => got.Recipients[0].Split('@')[0]).Order(StringComparer.Ordinal)
        );
        Assert.Equal(2, _rig.Usage.Of(LimitRig.Node).MessagesThisHour);
    }

    [Fact(Timeout = Patience)]
    public async Task A_higher_limit_lets_go_at_once_what_waits()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerDay, 1, LimitAction.Delay);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");
        string waiting = (await _rig.SendAsync("b@far.example"))!;

        Assert.True(
            await _rig.Usage.SetOwnLimitsAsync(LimitRig.Node, [new OwnLimit(AccountLimit.MessagesPerDay, 2, Action: null)], Ct)
        );
        await _rig.Keeper.ChangedAsync(LimitRig.Node, Ct);

        Assert.Equal(RecipientState.Waiting, (await _rig.Queue.EntryAsync(waiting)).State);
        Assert.Equal(2, _rig.Usage.Of(LimitRig.Node).MessagesToday);
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_held_waits_for_the_operator_and_its_alarm_too()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 1, LimitAction.Hold);
        await _rig.OpenAsync();
        await _rig.Queue.UntilStateAsync((await _rig.SendAsync("a@far.example"))!, RecipientState.Delivered);
        string held = (await _rig.SendAsync("b@far.example"))!;
        await _rig.Keeper.ReachedAsync(LimitRig.Node, Assert.Single(_rig.Reached));

        _rig.PassUntil(NextDay);
        Assert.Equal(0, await _rig.Keeper.ReleaseAsync(Ct));
        await _rig.Keeper.ClearAsync(Ct);
        Assert.Equal(["limit:MYBBS:MessagesPerHour"], await _rig.AlarmsAsync());

        await _rig.Queue.Store.ChangeAsync(new QueueSelection(Id: held), QueueChange.Release, Now, Ct);
        _rig.Queue.Scheduler.Wake();
        await _rig.Queue.UntilReceivedAsync(2);
        await _rig.Keeper.ClearAsync(Ct);
        Assert.Empty(await _rig.AlarmsAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task An_alarm_is_taken_back_when_its_hour_or_day_is_over()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 1).With(AccountLimit.FirstTimeRecipientsPerDay, 1);
        await _rig.OpenAsync();
        await _rig.SendAsync("a@far.example");
        Assert.Null(await _rig.SendAsync("a@far.example"));
        DateTimeOffset day = NextDay;
        await _rig.Keeper.ReachedAsync(LimitRig.Node, _rig.Reached[0]);
        _rig.PassUntil(NextHour);
        Assert.Null(await _rig.SendAsync("b@far.example"));
        await _rig.Keeper.ReachedAsync(LimitRig.Node, _rig.Reached[1]);

        Assert.Equal(["limit:MYBBS:FirstTimeRecipientsPerDay"], await _rig.AlarmsAsync());
        _rig.PassUntil(day - TimeSpan.FromSeconds(1));
        await _rig.Keeper.ClearAsync(Ct);
        Assert.NotEmpty(await _rig.AlarmsAsync());
        _rig.PassUntil(day);
        await _rig.Keeper.ClearAsync(Ct);
        Assert.Empty(await _rig.AlarmsAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task An_account_that_a_limit_suspends_stays_so_with_its_alarm_until_it_is_resumed()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.RecipientsPerDay, 1, LimitAction.Suspend);
        await _rig.OpenAsync(isSending: false);
        string queued = (await _rig.SendAsync("a@far.example"))!;
        Assert.Null(await _rig.SendAsync("b@far.example"));

        await _rig.Keeper.ReachedAsync(LimitRig.Node, Assert.Single(_rig.Reached));

        Suspension suspension = (await ((IAccountStore)_rig.Queue.Accounts).FindAsync("MYBBS", Ct))!.Account.Suspension!;
        Assert.Equal("has sent to 1 of 1 recipients today (RecipientsPerDay)", suspension.Reason);
        Assert.Equal(RecipientState.Held, (await _rig.Queue.EntryAsync(queued)).State);
        AuditEntry entry = Assert.Single(await _rig.Queue.Accounts.ListAuditAsync("MYBBS", 10, Ct));
        Assert.Equal(("account suspend", Operator.Itself), (entry.Action, entry.Who));
        _rig.PassUntil(NextDay);
        await _rig.Keeper.ClearAsync(Ct);
        Assert.Single(await _rig.AlarmsAsync());
    }

    [Theory(Timeout = Patience)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_done_beyond_a_limit_that_was_reached_before_is_what_the_operator_has_said_since(int value)
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 1);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");
        Assert.Null(await _rig.SendAsync("b@far.example"));
        await _rig.Keeper.ReachedAsync(LimitRig.Node, Assert.Single(_rig.Reached));
        Assert.Null(await _rig.SuspensionAsync());

        OwnLimit own = new(AccountLimit.MessagesPerHour, value, LimitAction.Suspend);
        await _rig.Usage.SetOwnLimitsAsync(LimitRig.Node, [own], Ct);
        for (int i = 1; i <= value; i++)
            await _rig.SendAsync("b@far.example");
        await _rig.SendAsync("c@far.example");

        Assert.Equal(2, _rig.Reached.Count);
        await _rig.Keeper.ReachedAsync(LimitRig.Node, _rig.Reached[1]);
        Assert.StartsWith(
            $"has sent {value} of {value} messages",
            (await _rig.SuspensionAsync())!.Reason,
            StringComparison.Ordinal
        );
        Alarm alarm = Assert.Single(await _rig.Queue.Store.AlarmsAsync(Ct));
        Assert.Contains("the account is suspended", alarm.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["account suspend", "limit reached"],
            (await _rig.Queue.Accounts.ListAuditAsync("MYBBS", 10, Ct)).Select(entry => entry.Action)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task The_alarm_of_an_account_that_is_gone_is_over()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerDay, 1);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");
        await _rig.SendAsync("b@far.example");
        await _rig.Keeper.ReachedAsync(LimitRig.Node, Assert.Single(_rig.Reached));
        await _rig.Keeper.ClearAsync(Ct);
        Assert.Single(await _rig.AlarmsAsync());

        await _rig.Queue.Accounts.RemoveAsync(LimitRig.Node, Ct);
        await _rig.Keeper.ClearAsync(Ct);

        Assert.Empty(await _rig.AlarmsAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task After_resume_the_counter_that_suspended_begins_anew_and_a_restart_does_not_bring_it_back()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.RecipientsPerDay, 2, LimitAction.Suspend);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");
        Assert.Null(await _rig.SendAsync("b@far.example", "c@far.example"));
        await _rig.Keeper.ReachedAsync(LimitRig.Node, Assert.Single(_rig.Reached));

        await _rig.ResumeAsync();

        Assert.Null(await _rig.SuspensionAsync());
        Assert.Equal(0, _rig.Queue.Accounts.ReadUsage(LimitRig.Node)!.RecipientsToday);
        Assert.NotNull(await _rig.SendAsync("b@far.example", "c@far.example"));
        Assert.Single(_rig.Reached);
        // What is too much again is told again, and suspends again.
        Assert.Null(await _rig.SendAsync("d@far.example"));
        Assert.Equal(2, _rig.Reached.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_limit_that_only_refuses_has_counted_is_not_forgiven()
    {
        _rig.Limits = AccountLimits
            .None.With(AccountLimit.MessagesPerDay, 1)
            .With(AccountLimit.RecipientsPerDay, 5, LimitAction.Suspend);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");

        await _rig.ResumeAsync();

        Assert.Equal(
            (1, 0),
            ((int)_rig.Usage.Of(LimitRig.Node).MessagesToday, (int)_rig.Usage.Of(LimitRig.Node).RecipientsToday)
        );
        Assert.Null(await _rig.SendAsync("a@far.example"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_given_back_after_resume_leaves_no_counter_below_none()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerDay, 5, LimitAction.Suspend);
        await _rig.OpenAsync(isSending: false);
        _rig.Usage.TryReserve(
            LimitRig.Node,
            new OutgoingMail([Protocol.Message.MailAddress.Parse("a@far.example")]),
            out UsageReservation? pending
        );
        await _rig.ResumeAsync();

        pending!.Cancel();

        Assert.Equal(0, _rig.Usage.Of(LimitRig.Node).MessagesToday);
    }

    [Fact(Timeout = Patience)]
    public async Task A_limit_does_not_replace_the_operators_own_suspension()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.RecipientsPerDay, 1, LimitAction.Suspend);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");
        Assert.Null(await _rig.SendAsync("b@far.example"));
        await _rig.SuspendAsync("unpaid");

        await _rig.Keeper.ReachedAsync(LimitRig.Node, Assert.Single(_rig.Reached));

        Assert.Equal("unpaid", (await _rig.SuspensionAsync())!.Reason);
        Assert.Equal("limit reached", Assert.Single(await _rig.Queue.Accounts.ListAuditAsync("MYBBS", 10, Ct)).Action);
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_that_waits_for_an_account_that_is_gone_is_the_operators_and_does_not_leave_by_itself()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 1, LimitAction.Delay);
        await _rig.OpenAsync();
        await _rig.Queue.UntilStateAsync((await _rig.SendAsync("a@far.example"))!, RecipientState.Delivered);
        string waiting = (await _rig.SendAsync("b@far.example"))!;
        await _rig.Queue.Accounts.RemoveAsync(LimitRig.Node, Ct);

        _rig.PassUntil(NextHour);
        Assert.Equal(0, await _rig.Keeper.ReleaseAsync(Ct));

        QueueEntry entry = await _rig.Queue.EntryAsync(waiting);
        Assert.Equal((RecipientState.Held, null), (entry.State, entry.Next));
        Assert.Single(_rig.Queue.Peers.Got);
    }

    [Fact(Timeout = Patience)]
    public async Task It_looks_by_itself_when_the_hour_is_over()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 1, LimitAction.Delay);
        await _rig.OpenAsync();
        await _rig.Queue.UntilStateAsync((await _rig.SendAsync("a@far.example"))!, RecipientState.Delivered);
        await _rig.SendAsync("b@far.example");
        await _rig.Keeper.StartAsync(Ct);

        for (DateTimeOffset end = NextHour; Now < end; )
        {
            // It sleeps for a minute at most, as clocks may be set.
            DateTimeOffset from = Now;
            await _rig.Queue.UntilAsync(() => _rig.Queue.Time.IsArmed(from, from + TimeSpan.FromMinutes(1)));
            _rig.Queue.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await _rig.Queue.UntilReceivedAsync(2);
        await _rig.Keeper.StopAsync(Ct);
    }
}
