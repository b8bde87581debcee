using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>Each limit that is not a mere counter of messages.</summary>
public sealed class AccountLimitsTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly LimitRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task The_queue_of_an_account_takes_no_more_than_its_limit_from_fifty_connections()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.QueuedMessages, 20);
        await _rig.OpenAsync(isSending: false);

        string?[] sent = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => Task.Run(() => _rig.SendAsync($"r{i}@far.example"), Ct))
        );

        Assert.Equal(20, sent.Count(id => id is not null));
        Assert.Equal(20, _rig.Usage.QueuedOf(LimitRig.Node));
        LimitReached reached = Assert.Single(_rig.Reached);
        Assert.Equal("has 20 of 20 messages in the queue (QueuedMessages)", reached.Describe());
        Assert.Null(reached.Ends);
    }

    [Fact(Timeout = Patience)]
    public async Task What_has_left_makes_room_in_the_queue()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.QueuedMessages, 2);
        await _rig.OpenAsync();
        await _rig.SendAsync("a@far.example");
        await _rig.SendAsync("b@far.example");
        await _rig.Queue.UntilReceivedAsync(2);
        await _rig.Queue.UntilAsync(() => _rig.Usage.QueuedOf(LimitRig.Node) == 0);

        _rig.Queue.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.NotNull(await _rig.SendAsync("c@far.example"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_message_that_was_not_accepted_leaves_its_place_in_the_queue()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.QueuedMessages, 1);
        await _rig.OpenAsync(isSending: false);
        MailAddress[] joe = [MailAddress.Parse("joe@far.example")];
        Assert.Null(_rig.Usage.TryReserve(LimitRig.Node, new OutgoingMail(joe), out UsageReservation? first));
        Assert.NotNull(_rig.Usage.TryReserve(LimitRig.Node, new OutgoingMail(joe), out UsageReservation? refused));
        Assert.Null(refused);

        first!.Cancel();

        Assert.Null(_rig.Usage.TryReserve(LimitRig.Node, new OutgoingMail(joe), out _));
    }

    [Fact(Timeout = Patience)]
    public async Task Hard_bounces_count_as_a_share_of_the_day_once_there_are_enough_recipients()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.HardBouncePercentPerDay, 20).WithHardBounceSample(10);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync([.. Enumerable.Range(0, 9).Select(i => $"r{i}@far.example")]);
        await _rig.Usage.HardBouncedAsync(LimitRig.Node, 3, _rig.Queue.Time.GetUtcNow());
        Assert.Null(_rig.Usage.Exhausted(LimitRig.Node));
        Assert.Empty(_rig.Reached);

        Assert.NotNull(await _rig.SendAsync("r9@far.example"));

        LimitReached reached = _rig.Usage.Exhausted(LimitRig.Node)!;
        Assert.Equal(
            "has had 30 % of its recipients refused for good today, 20 % are allowed (HardBouncePercentPerDay)",
            reached.Describe()
        );
        // Sending more does not make it better.
        Assert.Null(await _rig.SendAsync([.. Enumerable.Range(0, 50).Select(i => $"s{i}@far.example")]));
        Assert.Equal(reached, Assert.Single(_rig.Reached));
    }

    [Fact(Timeout = Patience)]
    public async Task What_comes_back_after_midnight_is_a_share_of_the_day_on_which_it_was_sent()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.HardBouncePercentPerDay, 20).WithHardBounceSample(2);
        await _rig.OpenAsync(isSending: false);
        DateTimeOffset yesterday = _rig.Queue.Time.GetUtcNow();
        await _rig.SendAsync([.. Enumerable.Range(0, 9).Select(i => $"r{i}@far.example")]);
        _rig.PassUntil(_rig.Usage.Of(LimitRig.Node).DayEnds);
        await _rig.SendAsync("a@far.example", "b@far.example");

        await _rig.Usage.HardBouncedAsync(LimitRig.Node, 2, yesterday);

        Assert.Equal(0, _rig.Usage.Of(LimitRig.Node).HardBouncesToday);
        Assert.Null(_rig.Usage.Exhausted(LimitRig.Node));
        await _rig.Usage.HardBouncedAsync(LimitRig.Node, 1, _rig.Queue.Time.GetUtcNow());
        Assert.Equal(AccountLimit.HardBouncePercentPerDay, _rig.Usage.Exhausted(LimitRig.Node)!.Limit);
    }

    [Fact(Timeout = Patience)]
    public async Task A_network_that_was_seen_before_is_no_news_after_a_restart_either()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.NewNetworksPerDay, 2);
        await _rig.OpenAsync();

        Assert.Null(await _rig.SignInAsync("192.0.2.10"));
        Assert.Null(await _rig.SignInAsync("192.0.2.200"));
        Assert.Null(await _rig.SignInAsync("2001:db8:1:2::3"));
        Assert.Null(await _rig.SignInAsync("2001:db8:1:ffff::3"));
        LimitReached reached = (await _rig.SignInAsync("198.51.100.1"))!;
        Assert.Equal(
            ("has signed in from 2 of 2 new networks today (NewNetworksPerDay)", 1),
            (reached.Describe(), _rig.Reached.Count)
        );
        Assert.Null(await _rig.SignInAsync("192.0.2.10"));

        // What is owed to the disk is written before what is waited for.
        await _rig.SendAsync("a@far.example");
        await _rig.Queue.RestartAsync();
        var again = new SendingUsage(_rig.Queue.Accounts, () => _rig.Limits, _rig.Queue.Time);
        Assert.Null(await again.SignedInAsync(LimitRig.Node, System.Net.IPAddress.Parse("192.0.2.77")));
        Assert.NotNull(await again.SignedInAsync(LimitRig.Node, System.Net.IPAddress.Parse("198.51.100.1")));
        _rig.PassUntil(reached.Ends!.Value);
        Assert.Null(await again.SignedInAsync(LimitRig.Node, System.Net.IPAddress.Parse("198.51.100.1")));
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_from_a_strange_network_is_treated_as_the_limit_says_and_other_mail_goes_on()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.NewNetworksPerDay, 1, LimitAction.Hold);
        await _rig.OpenAsync();
        await _rig.SignInAsync("192.0.2.10");
        LimitReached strange = (await _rig.SignInAsync("198.51.100.1"))!;
        MailAddress[] joe = [MailAddress.Parse("joe@far.example")];

        LimitReached? held = _rig.Usage.TryReserve(
            LimitRig.Node,
            new OutgoingMail(joe, Strange: strange),
            out UsageReservation? reservation
        );

        Assert.Equal((strange, HoldKind.Limit), (held, reservation!.Stopped!.Kind));
        Assert.NotNull(await _rig.SendAsync("joe@far.example"));
        await _rig.Queue.UntilReceivedAsync(1);
    }

    [Fact(Timeout = Patience)]
    public async Task The_gravest_action_counts_and_the_day_before_the_hour()
    {
        _rig.Limits = AccountLimits
            .None.With(AccountLimit.MessagesPerHour, 1)
            .With(AccountLimit.MessagesPerDay, 1)
            .With(AccountLimit.RecipientsPerHour, 1, LimitAction.Delay)
            .With(AccountLimit.RecipientsPerDay, 1, LimitAction.Hold);
        await _rig.OpenAsync(isSending: false);
        await _rig.SendAsync("a@far.example");

        Assert.Equal(AccountLimit.MessagesPerDay, _rig.Usage.Exhausted(LimitRig.Node)!.Limit);
        _rig.Limits = _rig.Limits.With(AccountLimit.MessagesPerDay, 0).With(AccountLimit.MessagesPerHour, 0);
        Assert.Null(_rig.Usage.Exhausted(LimitRig.Node));
        LimitReached? held = _rig.Usage.TryReserve(LimitRig.Node, new OutgoingMail([MailAddress.Parse("a@far.example")]), out _);
        Assert.Equal(AccountLimit.RecipientsPerDay, held!.Limit);
    }

    [Fact(Timeout = Patience)]
    public async Task An_accounts_own_limits_survive_a_restart_and_end_with_it()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.MessagesPerDay, 10);
        await _rig.OpenAsync(isSending: false);
        OwnLimit[] own =
        [
            new(AccountLimit.MessagesPerDay, 1, LimitAction.Hold),
            new(AccountLimit.QueuedMessages, null, LimitAction.Suspend),
        ];
        Assert.True(await _rig.Usage.SetOwnLimitsAsync(LimitRig.Node, own, Ct));
        Assert.False(await _rig.Usage.SetOwnLimitsAsync(QwkId.Parse("NOBODY"), own, Ct));

        await _rig.Queue.RestartAsync();
        var again = new SendingUsage(_rig.Queue.Accounts, () => _rig.Limits, _rig.Queue.Time);

        Assert.Equal(own, again.OwnLimitsOf(LimitRig.Node));
        Assert.Equal(new LimitRule(1, LimitAction.Hold), again.LimitsOf(LimitRig.Node)[AccountLimit.MessagesPerDay]);
        await _rig.Queue.Accounts.RemoveAsync(LimitRig.Node, Ct);
        again.Forget(LimitRig.Node);
        Assert.Empty(again.OwnLimitsOf(LimitRig.Node));
    }
}
