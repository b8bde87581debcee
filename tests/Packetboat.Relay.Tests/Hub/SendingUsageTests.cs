using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>What accounts send is counted exactly, and what was counted is not forgotten.</summary>
public sealed class SendingUsageTests : IAsyncDisposable
{
    private const int Patience = 120_000;

    private static readonly QwkId Node = QwkId.Parse("MYBBS");

    private readonly QueueRig _rig = new();
    private AccountLimits _limits = AccountLimits.None.With(AccountLimit.FirstTimeRecipientsPerDay, 200);
    private SendingUsage? _usage;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SendingUsage Usage => _usage ??= new SendingUsage(_rig.Accounts, () => _limits, _rig.Time);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task A_stolen_password_on_fifty_connections_reaches_two_hundred_strangers_of_twenty_thousand()
    {
        int sent = 0;
        int alarms = 0;
        Usage.Reached += (_, _) => Interlocked.Increment(ref alarms);

        await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(connection =>
                    Task.Run(
                        () =>
                        {
                            for (int i = 0; i < 400; i++)
                            {
                                var to = MailAddress.Parse($"u{connection}.{i}@far.example");
                                if (Usage.TryReserve(Node, new OutgoingMail([to]), out _) is null)
                                    Interlocked.Increment(ref sent);
                            }
                        },
                        Ct
                    )
                )
        );

        Assert.Equal((200, 1), (sent, alarms));
        // Nobody else is slowed.
        Assert.Null(Usage.TryReserve(QwkId.Parse("OTHER"), new OutgoingMail([MailAddress.Parse("a@far.example")]), out _));
        Assert.Equal(200, Usage.Of(Node).FirstTimeToday);
    }

    [Fact]
    public void What_was_not_accepted_is_given_back()
    {
        _limits = AccountLimits.None.With(AccountLimit.MessagesPerDay, 1).With(AccountLimit.FirstTimeRecipientsPerDay, 1);
        MailAddress[] joe = [MailAddress.Parse("joe@far.example")];
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail(joe), out UsageReservation? reservation));
        Assert.NotNull(Usage.TryReserve(Node, new OutgoingMail(joe), out _));

        reservation!.Cancel();

        Assert.Equal(new UsageCounters(UsageCounters.HourOf(_rig.Time.GetUtcNow())), Usage.Of(Node));
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail(joe), out UsageReservation? again));
        Assert.Single(again!.FirstTimeRecipients);
    }

    [Fact]
    public void An_hour_and_a_day_are_those_of_the_clock()
    {
        _limits = AccountLimits.None.With(AccountLimit.MessagesPerHour, 1).With(AccountLimit.MessagesPerDay, 2);
        MailAddress[] joe = [MailAddress.Parse("joe@far.example")];
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail(joe), out _));
        LimitReached hour = Usage.TryReserve(Node, new OutgoingMail(joe), out _)!;
        Assert.Equal(("MessagesPerHour", 1), (hour.Name, hour.Rule.Value));

        _rig.Time.Advance(hour.Ends!.Value - _rig.Time.GetUtcNow());
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail(joe), out _));
        LimitReached day = Usage.TryReserve(Node, new OutgoingMail(joe), out _)!;
        Assert.Equal("MessagesPerDay", day.Name);

        _rig.Time.Advance(day.Ends!.Value - _rig.Time.GetUtcNow());
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail(joe), out _));
    }

    [Fact(Timeout = Patience)]
    public async Task Counters_and_known_recipients_survive_a_restart()
    {
        await _rig.Accounts.AddAsync(new Account(Node, _rig.Time.GetUtcNow()), Ct);
        await _rig.StartAsync();
        await SendAsync("joe@far.example", "jim@far.example");
        await SendAsync("joe@far.example");
        UsageCounters before = Usage.Of(Node);
        Assert.Equal((2, 3, 2), ((int)before.MessagesToday, (int)before.RecipientsToday, (int)before.FirstTimeToday));

        await _rig.RestartAsync();
        _usage = null;

        Assert.Equal(before, Usage.Of(Node));
        Assert.Null(
            Usage.TryReserve(Node, new OutgoingMail([MailAddress.Parse("jim@far.example")]), out UsageReservation? known)
        );
        Assert.Empty(known!.FirstTimeRecipients);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_there_is_no_limit_nothing_is_kept()
    {
        _limits = AccountLimits.None;
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail([MailAddress.Parse("joe@far.example")]), out UsageReservation? none));
        Assert.Null(none);
        Assert.Null(Usage.Exhausted(Node));
        await Task.CompletedTask;
    }

    private async Task SendAsync(params string[] recipients)
    {
        MailAddress[] to = [.. recipients.Select(MailAddress.Parse)];
        Assert.Null(Usage.TryReserve(Node, new OutgoingMail(to), out UsageReservation? usage));
        await using ISpooledMessage message = new MessageSpool(_rig.Store, _rig.Scheduler, [], _rig.Time).Begin();
        message.Append(TestMail.Content);
        await message.CommitAsync(
            new SpoolEnvelope(
                MailAddress.Parse("a@bbs.example"),
                [.. to.Select(address => new EnvelopeRecipient(address, RecipientNotice.None))],
                Node.Text,
                "a test",
                [],
                BodyType.SevenBit,
                SmtpUtf8: false,
                EnvelopeNotice.None,
                Usage: usage
            ),
            Ct
        );
        usage!.Complete();
    }
}
