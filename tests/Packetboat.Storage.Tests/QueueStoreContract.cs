using System.Globalization;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests;

/// <summary>What every engine must do. A test class for one derives from this and opens the store.</summary>
public abstract class QueueStoreContract : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = TestMail.Noon;

    protected IQueueStore Store { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(Store);
        await RemoveAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store of this test: empty the first time, then with what was left in it.</summary>
    protected abstract Task<IQueueStore> OpenAsync();

    protected abstract Task CloseAsync(IQueueStore store);

    protected abstract ValueTask RemoveAsync();

    protected async Task ReopenAsync()
    {
        await CloseAsync(Store);
        Store = await OpenAsync();
    }

    [Fact]
    public async Task An_accepted_message_comes_back_as_it_was()
    {
        var original = new OriginalRecipient("rfc822", "joe+list@alias.example");
        QueuedMessage message = TestMail.Message(Store.NextMessageNumber()) with
        {
            Account = null,
            Body = BodyType.EightBitMime,
            SmtpUtf8 = true,
            Dsn = new EnvelopeNotice(DsnReturn.Headers, "QQ 1"),
            Tls = TlsWish.Required,
        };
        var recipient = new QueuedRecipient(
            0,
            MailAddress.Parse("jörg@bücher.example"),
            new RecipientNotice(DsnNotify.Failure | DsnNotify.Delay, original)
        );
        await Store.AcceptAsync(
            new NewMessage(
                message,
                [new NewRecipient(recipient, "mx xn--bcher-kva.example", RecipientState.Waiting, Noon)],
                TestMail.Content
            ),
            Ct
        );
        await ReopenAsync();

        DueRecipient due = Assert.Single(await Due(Noon));
        Assert.Equal(message.Trace, due.Message.Trace);
        Assert.Equal(message, due.Message with { Trace = message.Trace });
        Assert.Equal(recipient, due.Recipient);
        Assert.Equal(TestMail.Content, await Store.ReadChunkAsync(message.Number, 0, Ct));
    }

    [Fact]
    public async Task Chunks_are_read_back_in_their_order()
    {
        long number = Store.NextMessageNumber();
        byte[] one = Filled('1');
        byte[] two = Filled('2');
        await Store.WriteChunkAsync(number, 0, one, Ct);
        await Store.WriteChunkAsync(number, 1, two, Ct);
        await Store.AcceptAsync(
            new NewMessage(TestMail.Message(number, chunks: 3), [TestMail.Waiting(0, "joe@far.example")], "end"u8.ToArray()),
            Ct
        );

        Assert.Equal(one, await Store.ReadChunkAsync(number, 0, Ct));
        Assert.Equal(two, await Store.ReadChunkAsync(number, 1, Ct));
        Assert.Equal("end"u8.ToArray(), await Store.ReadChunkAsync(number, 2, Ct));
    }

    [Fact]
    public async Task What_is_due_comes_oldest_first_and_what_is_not_due_does_not_come()
    {
        await AcceptAsync(
            TestMail.Waiting(0, "late@far.example", due: Noon),
            TestMail.Waiting(1, "early@far.example", due: Noon.AddHours(-1))
        );
        await AcceptAsync(
            TestMail.Waiting(0, "tomorrow@far.example", due: Noon.AddMilliseconds(1)),
            TestMail.Claimed(1, "away@far.example")
        );

        Assert.Equal(["early@far.example", "late@far.example"], Addresses(await Due(Noon)));
        Assert.Equal(["early@far.example"], Addresses(await Store.FindDueAsync("mx far.example", Noon, 1, Ct)));
        Assert.Equal(Noon.AddMilliseconds(1), await Store.NextDueAsync(Noon, Ct));
        Assert.Null(await Store.NextDueAsync(Noon.AddMilliseconds(1), Ct));
    }

    [Fact]
    public async Task What_has_become_too_old_is_asked_for_by_its_route()
    {
        long old = await AcceptAsync(Noon.AddDays(-6), TestMail.Waiting(0, "old@far.example"));
        await AcceptAsync(Noon.AddDays(-6), TestMail.Waiting(0, "old@near.example", "mx near.example"));
        await AcceptAsync(Noon, TestMail.Waiting(0, "young@far.example", due: Noon.AddHours(-1)));
        await AcceptAsync(Noon.AddDays(-6), TestMail.Waiting(0, "after@far.example"));

        Assert.Equal(["old@far.example"], await Old(Noon.AddDays(-5)));
        Assert.Equal(["young@far.example", "old@far.example", "after@far.example"], await Old(Noon));
        Assert.Empty(await Old(Noon.AddDays(-7)));
        await Store.RecordAsync(old, Noon, [TestMail.Result(0, RecipientState.Delivered, Noon, TraceKind.Delivered)], null);
        await FlushAsync();
        Assert.Empty(await Old(Noon.AddDays(-5)));

        async Task<IEnumerable<string>> Old(DateTimeOffset until) =>
            Addresses(await Store.FindOldAsync("mx far.example", Noon, until, 10, Ct));
    }

    [Theory]
    [InlineData("mx far.example")]
    [InlineData("relay \"odd\\name\" & ü:587")]
    public async Task What_waits_is_asked_for_by_its_route(string route)
    {
        await AcceptAsync(
            TestMail.Waiting(0, "a@far.example", route),
            TestMail.Waiting(1, "b@near.example", "mx near.example", Noon.AddMinutes(1))
        );

        Assert.Equal(["a@far.example"], Addresses(await Store.FindDueAsync(route, Noon, 10, Ct)));
        Assert.Empty(await Store.FindDueAsync("mx near.example", Noon, 10, Ct));
        Assert.Equal(["b@near.example"], Addresses(await Store.FindDueAsync("mx near.example", Noon.AddMinutes(1), 10, Ct)));
    }

    [Fact]
    public async Task Routes_that_something_waits_for_come_each_once_in_order_and_in_portions()
    {
        for (int i = 0; i < 3; i++)
            await AcceptAsync(
                TestMail.Waiting(0, "a@a.example", "mx a.example"),
                TestMail.Waiting(1, "b@b.example", "mx b.example", Noon.AddHours(1)),
                TestMail.Claimed(2, "c@c.example", "mx c.example"),
                TestMail.Waiting(3, "d@d.example", "mx d.example")
            );

        Assert.Equal(
            [new WaitingRoute("mx a.example", true), new WaitingRoute("mx b.example", false)],
            await Store.FindRoutesAsync("", Noon, 2, Ct)
        );
        Assert.Equal([new WaitingRoute("mx d.example", true)], await Store.FindRoutesAsync("mx b.example", Noon, 2, Ct));
        Assert.Empty(await Store.FindRoutesAsync("mx d.example", Noon, 2, Ct));
    }

    [Fact]
    public async Task A_claim_takes_it_out_of_what_is_due_and_stores_the_next_attempt()
    {
        long number = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));

        IReadOnlyList<Claim> held = await Store.ClaimAsync(
            [new Claim(number, 0, "mx b", 1, Noon.AddMinutes(1), ToDelivery: true)],
            Ct
        );
        Assert.Single(held);
        Assert.Empty(await Due(Noon.AddDays(1)));
        Assert.Null(await Store.NextDueAsync(Noon.AddDays(-1), Ct));
        QueueEntry entry = await EntryAsync();
        Assert.Equal(
            (RecipientState.Claimed, 1, Noon.AddMinutes(1), "mx b"),
            (entry.State, entry.Attempts, entry.Due, entry.RouteName)
        );
    }

    [Fact]
    public async Task A_recipient_that_was_held_since_it_was_found_cannot_be_claimed()
    {
        long number = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"), TestMail.Waiting(1, "jim@far.example"));
        await Store.ChangeAsync(new QueueSelection(Recipient: "joe@far.example"), QueueChange.Hold, Noon, Ct);

        IReadOnlyList<Claim> held = await Store.ClaimAsync(
            [new Claim(number, 0, "mx far.example", 1, Noon, true), new Claim(number, 1, "mx far.example", 1, Noon, true)],
            Ct
        );

        Assert.Equal([1], held.Select(claim => claim.Recipient));
        Assert.Equal(new QueueCounts(0, 1, 1, Noon), await Store.CountAsync(Ct));
    }

    [Fact]
    public async Task A_claim_that_is_not_for_delivery_moves_it_to_another_route()
    {
        long number = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));

        await Store.ClaimAsync([new Claim(number, 0, "relay hub:587", 0, Noon.AddMinutes(5), ToDelivery: false)], Ct);

        Assert.Equal("relay hub:587", Assert.Single(await Due(Noon.AddMinutes(5))).RouteName);
    }

    [Fact]
    public async Task An_outcome_and_its_report_are_stored_together()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"), TestMail.Claimed(1, "jim@far.example"));
        NewMessage report = TestMail.Accepted(Store, TestMail.Waiting(0, "alice@node.example"));
        await Store.RecordAsync(
            number,
            Noon,
            [
                TestMail.Result(0, RecipientState.Bounced, Noon, TraceKind.Bounced),
                TestMail.Result(1, RecipientState.Waiting, Noon.AddMinutes(2), TraceKind.Deferred),
            ],
            report
        );
        await ReopenAsync();

        DueRecipient due = Assert.Single(await Due(Noon));
        Assert.Equal(report.Message.Id, due.Message.Id);
        Assert.Equal(2, (await Due(Noon.AddMinutes(2))).Count);
        MessageStory story = (await Store.TraceAsync("alice", "jim", 10, Ct))[0];
        Assert.Equal([RecipientState.Bounced, RecipientState.Waiting], story.Recipients.Select(entry => entry.State));
        Assert.Equal([TraceKind.Bounced, TraceKind.Deferred, TraceKind.Reported], story.Events.Select(e => e.Kind));
        Assert.Equal(["joe@far.example", "jim@far.example", null], story.Events.Select(e => e.Recipient));
    }

    [Fact]
    public async Task Why_it_failed_is_kept_with_the_recipient_and_the_event()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        var cause = new Cause(FailureClass.Greylisted, "greylisted", "", "", "", "");
        RecipientResult deferred = TestMail.Result(0, RecipientState.Waiting, Noon, TraceKind.Deferred) with { Cause = cause };
        await Store.RecordAsync(number, Noon, [deferred], null);
        await ReopenAsync();

        MessageStory story = (await Store.TraceAsync(null, "joe@far.example", 10, Ct))[0];
        Assert.Equal((cause.Class, cause.Rule), (story.Recipients[0].Class, story.Recipients[0].Rule));
        Assert.Equal((cause.Class, cause.Rule), (story.Events[0].Class, story.Events[0].Rule));
    }

    [Fact]
    public async Task A_sender_is_owed_a_notice_after_a_time_and_again_and_who_was_told_is_not_told_twice()
    {
        long number = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"), TestMail.Waiting(1, "jim@far.example"));
        Assert.Empty(await DelayedAsync(Noon.AddHours(4).AddSeconds(-1)));
        DelayedRecipient[] late = [.. await DelayedAsync(Noon.AddHours(4))];
        Assert.Equal(["joe@far.example", "jim@far.example"], late.Select(one => one.Recipient.Address.ToString()));
        Assert.All(late, one => Assert.Equal((0, 1), (one.Notices, one.Owed)));

        DelayNotice[] notices = [new(0, 0, 1), new(1, 0, 1)];
        NewMessage report() => TestMail.Accepted(Store, TestMail.Waiting(0, "alice@node.example"));
        Assert.True(await Store.ReportDelayAsync(number, Noon.AddHours(4), notices, report(), Ct));
        Assert.False(await Store.ReportDelayAsync(number, Noon.AddHours(4), notices, report(), Ct));
        await ReopenAsync();

        Assert.DoesNotContain(await DelayedAsync(Noon.AddHours(27)), one => one.Message.Number == number);
        Assert.All(
            (await DelayedAsync(Noon.AddHours(77))).Where(one => one.Message.Number == number),
            one => Assert.Equal((1, 4), (one.Notices, one.Owed))
        );
        Assert.Single((await Store.TraceAsync(null, "joe@far.example", 10, Ct))[0].Events, e => e.Kind == TraceKind.Reported);
    }

    [Fact]
    public async Task A_notice_about_what_waits_no_longer_is_not_filed_at_all()
    {
        long number = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"), TestMail.Waiting(1, "jim@far.example"));
        await Store.RecordAsync(number, Noon, [TestMail.Result(1, RecipientState.Delivered, Noon, TraceKind.Delivered)], null);
        NewMessage report = TestMail.Accepted(Store, TestMail.Waiting(0, "alice@node.example"));
        Assert.False(
            await Store.ReportDelayAsync(
                number,
                Noon.AddHours(4),
                [new DelayNotice(0, 0, 1), new DelayNotice(1, 0, 1)],
                report,
                Ct
            )
        );
        Assert.Null(await Store.FindAsync(report.Message.Id, Ct));
        Assert.Equal(["joe@far.example"], (await DelayedAsync(Noon.AddHours(4))).Select(one => one.Recipient.Address.ToString()));
    }

    private async Task<IReadOnlyList<DelayedRecipient>> DelayedAsync(DateTimeOffset now) =>
        (await Store.FindDelayedAsync(0, now, TimeSpan.FromHours(4), TimeSpan.FromDays(1), 100, Ct)).Delayed;

    [Fact]
    public async Task That_something_was_postponed_is_its_last_reply_and_no_event()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        await Store.RecordAsync(
            number,
            Noon,
            [TestMail.Result(0, RecipientState.Waiting, Noon, TraceKind.Postponed, attempts: 0)],
            null
        );

        await FlushAsync();
        Assert.Equal("the peer's words", (await EntryAsync()).LastReply);
        Assert.Empty(Assert.Single(await Store.TraceAsync(null, null, 10, Ct)).Events);
    }

    [Fact]
    public async Task A_message_loses_its_content_with_its_last_recipient_and_no_sooner()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"), TestMail.Claimed(1, "jim@far.example"));
        await Store.RecordAsync(number, Noon, [TestMail.Result(0, RecipientState.Delivered, Noon, TraceKind.Delivered)], null);
        await FlushAsync();
        Assert.Equal(TestMail.Content, await Store.ReadChunkAsync(number, 0, Ct));

        await Store.RecordAsync(number, Noon, [TestMail.Result(1, RecipientState.Delivered, Noon, TraceKind.Delivered)], null);
        await FlushAsync();
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadChunkAsync(number, 0, Ct).AsTask());
    }

    [Fact]
    public async Task A_late_outcome_changes_nothing_of_what_is_done()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        await Store.RecordAsync(number, Noon, [TestMail.Result(0, RecipientState.Delivered, Noon, TraceKind.Delivered)], null);
        await Store.RecordAsync(number, Noon, [TestMail.Result(0, RecipientState.Waiting, Noon, TraceKind.Postponed)], null);
        await FlushAsync();

        Assert.Empty(await Due(Noon.AddDays(1)));
    }

    [Fact]
    public async Task Waking_a_route_makes_its_mail_due_and_only_its()
    {
        await AcceptAsync(
            TestMail.Waiting(0, "a@far.example", due: Noon.AddHours(1)),
            TestMail.Waiting(1, "b@near.example", "mx near.example", Noon.AddHours(1)),
            TestMail.Claimed(2, "c@far.example")
        );

        await Store.WakeRouteAsync("mx far.example", Noon, Ct);

        Assert.Equal(["a@far.example"], Addresses(await Due(Noon)));
    }

    [Fact]
    public async Task Whom_a_server_has_put_off_himself_is_not_woken_with_his_route()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "a@far.example"), TestMail.Claimed(1, "b@far.example"));
        RecipientResult putOff = TestMail.Result(0, RecipientState.Waiting, Noon.AddHours(1), TraceKind.Deferred);
        await Store.RecordAsync(number, Noon, [putOff, putOff with { Recipient = 1, WaitsForRoute = true }], null);

        await Store.WakeRouteAsync("mx far.example", Noon, Ct);

        Assert.Equal(["b@far.example"], Addresses(await Due(Noon)));
        Assert.Equal(["b@far.example", "a@far.example"], Addresses(await Due(Noon.AddHours(1))));
    }

    /// <summary>It was woken with its old route, and then filed under another that is closed too.</summary>
    [Fact]
    public async Task Who_is_filed_under_a_closed_route_is_woken_with_that()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "a@far.example"));
        RecipientResult putOff = TestMail.Result(0, RecipientState.Waiting, Noon, TraceKind.Deferred);
        await Store.RecordAsync(number, Noon, [putOff], null);
        await Store.ClaimAsync([new Claim(number, 0, "relay hub.example:587", 1, Noon.AddHours(1), ToDelivery: false)], Ct);

        await Store.WakeRouteAsync("relay hub.example:587", Noon, Ct);

        Assert.Equal(["a@far.example"], Addresses(await Due(Noon)));
    }

    [Fact]
    public async Task What_is_to_be_tried_too_late_is_brought_forward_and_the_rest_left_as_it_is()
    {
        await AcceptAsync(
            TestMail.Waiting(0, "a@far.example", due: Noon.AddDays(30)),
            TestMail.Waiting(1, "b@far.example", due: Noon.AddHours(2)),
            TestMail.Waiting(2, "c@far.example", due: Noon.AddMinutes(1))
        );

        await Store.BringForwardAsync(Noon.AddHours(1), Ct);

        Assert.Equal(["c@far.example"], Addresses(await Due(Noon.AddMinutes(1))));
        Assert.Equal(
            ["a@far.example", "b@far.example", "c@far.example"],
            Addresses(await Due(Noon.AddHours(1))).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_start_resumes_what_was_with_delivery_the_later_the_more_often_it_was_tried()
    {
        NewRecipient often = TestMail.Claimed(1, "often@far.example", due: Noon.AddHours(1));
        await AcceptAsync(
            TestMail.Claimed(0, "once@far.example", due: Noon.AddHours(1)),
            often with
            {
                Recipient = often.Recipient with { Attempts = 4 },
            }
        );
        await ReopenAsync();

        Assert.Equal(new SweepResult(0, 2), await Store.SweepAsync(Noon, Ct));
        Assert.Equal(["once@far.example"], Addresses(await Due(Noon)));
        Assert.Equal(["once@far.example", "often@far.example"], Addresses(await Due(Noon.AddSeconds(15))));
    }

    [Fact]
    public async Task A_start_removes_chunks_that_never_got_a_message_and_no_others()
    {
        long orphan = Store.NextMessageNumber();
        await Store.WriteChunkAsync(orphan, 0, TestMail.Content, Ct);
        long kept = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));
        await ReopenAsync();

        Assert.Equal(1, (await Store.SweepAsync(Noon, Ct)).OrphanedChunks);
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadChunkAsync(orphan, 0, Ct).AsTask());
        Assert.Equal(TestMail.Content, await Store.ReadChunkAsync(kept, 0, Ct));
    }

    [Fact]
    public async Task A_sweep_leaves_alone_what_arrives_and_leaves_while_it_runs()
    {
        long arriving = Store.NextMessageNumber();
        await Store.WriteChunkAsync(arriving, 0, TestMail.Content, Ct);
        await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));

        Assert.Equal(new SweepResult(0, 0), await Store.SweepAsync(Noon, Ct));
        Assert.Equal(TestMail.Content, await Store.ReadChunkAsync(arriving, 0, Ct));
        Assert.Empty(await Due(Noon.AddDays(1)));
    }

    [Fact]
    public async Task A_message_number_is_never_given_twice_even_to_chunks_alone()
    {
        long first = Store.NextMessageNumber();
        await Store.WriteChunkAsync(first, 0, TestMail.Content, Ct);
        await ReopenAsync();

        Assert.True(Store.NextMessageNumber() > first);
    }

    [Fact]
    public async Task An_abandoned_message_leaves_nothing_behind()
    {
        long number = Store.NextMessageNumber();
        await Store.WriteChunkAsync(number, 0, TestMail.Content, Ct);
        Store.Abandon(number, 1);
        await FlushAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadChunkAsync(number, 0, Ct).AsTask());
    }

    [Fact]
    public async Task Done_messages_are_forgotten_after_their_time_and_waiting_ones_never()
    {
        long done = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        await AcceptAsync(TestMail.Waiting(0, "jim@far.example"));
        await Store.RecordAsync(done, Noon, [TestMail.Result(0, RecipientState.Delivered, Noon, TraceKind.Delivered)], null);

        Assert.Equal(0, await Store.ForgetAsync(Noon, Ct));
        Assert.Equal(1, await Store.ForgetAsync(Noon.AddMilliseconds(1), Ct));
        Assert.Equal(
            ["jim@far.example"],
            (await Store.TraceAsync(null, null, 10, Ct)).SelectMany(s => s.Recipients).Select(r => r.Recipient)
        );
    }

    [Fact]
    public async Task A_selection_means_all_that_is_set_and_an_empty_one_nothing()
    {
        NewMessage message = TestMail.Accepted(
            Store,
            TestMail.Waiting(0, "Joe@Far.example"),
            TestMail.Waiting(1, "jim@near.example")
        );
        await Store.AcceptAsync(message, Ct);

        Assert.Empty(await List(new QueueSelection()));
        Assert.Equal(2, (await List(new QueueSelection(All: true))).Count);
        Assert.Equal(
            2,
            (await List(new QueueSelection(Id: message.Message.Id, Account: "MYBBS", Sender: "ALICE@node.example"))).Count
        );
        Assert.Equal("Joe@Far.example", Assert.Single(await List(new QueueSelection(Recipient: "joe@far.example"))).Recipient);
        Assert.Equal("jim@near.example", Assert.Single(await List(new QueueSelection(Domain: "Near.Example"))).Recipient);
        Assert.Empty(await List(new QueueSelection(Domain: "near.example", Recipient: "joe@far.example")));
        Assert.Empty(await List(new QueueSelection(All: true, Account: "OTHER")));
        Assert.Single(await Store.ListAsync(new QueueSelection(All: true), 1, Ct));
    }

    [Fact]
    public async Task A_story_is_found_by_its_id_and_an_unknown_id_finds_nothing()
    {
        NewMessage message = TestMail.Accepted(Store, TestMail.Waiting(0, "joe@far.example"));
        await Store.AcceptAsync(message, Ct);

        Assert.Equal(message.Message.Number, (await Store.FindAsync(message.Message.Id, Ct))?.Message.Number);
        Assert.Null(await Store.FindAsync("0000000000", Ct));
        Assert.Single(await Store.TraceAsync("ALICE", "FAR", 10, Ct));
        Assert.Empty(await Store.TraceAsync("bob", null, 10, Ct));
    }

    [Theory]
    [InlineData(QueueChange.Hold, RecipientState.Held)]
    [InlineData(QueueChange.Retry, RecipientState.Waiting)]
    [InlineData(QueueChange.Drop, RecipientState.Dropped)]
    public async Task A_change_concerns_what_waits_and_not_what_delivery_has_in_hand(QueueChange change, RecipientState after)
    {
        await AcceptAsync(TestMail.Waiting(0, "joe@far.example", due: Noon.AddHours(1)), TestMail.Claimed(1, "jim@far.example"));

        QueueEntry changed = Assert.Single(await Store.ChangeAsync(new QueueSelection(All: true), change, Noon, Ct));

        Assert.Equal("joe@far.example", changed.Recipient);
        MessageStory story = Assert.Single(await Store.TraceAsync(null, null, 1, Ct));
        Assert.Equal([after, RecipientState.Claimed], story.Recipients.Select(r => r.State));
        Assert.Equal(change == QueueChange.Retry, (await Due(Noon)).Count == 1);
    }

    [Fact]
    public async Task Held_mail_is_not_due_until_it_is_released()
    {
        await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));
        await Store.ChangeAsync(new QueueSelection(All: true), QueueChange.Hold, Noon, Ct);
        Assert.Empty(await Due(Noon.AddDays(1)));
        Assert.Empty(await Store.ChangeAsync(new QueueSelection(All: true), QueueChange.Retry, Noon, Ct));

        await Store.ChangeAsync(new QueueSelection(All: true), QueueChange.Release, Noon, Ct);
        Assert.Single(await Due(Noon));
    }

    [Fact]
    public async Task Content_of_several_chunks_goes_with_its_last_recipient_too()
    {
        foreach (bool isDropped in new[] { false, true })
        {
            long number = Store.NextMessageNumber();
            await Store.WriteChunkAsync(number, 0, Filled('1'), Ct);
            await Store.AcceptAsync(
                new NewMessage(TestMail.Message(number, chunks: 2), [TestMail.Waiting(0, "joe@far.example")], "end"u8.ToArray()),
                Ct
            );
            await ReopenAsync();
            Assert.Equal("end"u8.ToArray(), await Store.ReadChunkAsync(number, 1, Ct));

            if (isDropped)
                await Store.ChangeAsync(new QueueSelection(All: true), QueueChange.Drop, Noon, Ct);
            else
                await Store.RecordAsync(
                    number,
                    Noon,
                    [TestMail.Result(0, RecipientState.Delivered, Noon, TraceKind.Delivered)],
                    null
                );
            await FlushAsync();
            await ReopenAsync();
            await Store.SweepAsync(Noon, Ct);
            await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadChunkAsync(number, 1, Ct).AsTask());
        }
    }

    [Fact]
    public async Task Dropping_the_last_recipient_drops_the_content()
    {
        long number = await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));
        await Store.ChangeAsync(new QueueSelection(All: true), QueueChange.Drop, Noon, Ct);

        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadChunkAsync(number, 0, Ct).AsTask());
        Assert.Equal(new QueueCounts(0, 0, 0, null), await Store.CountAsync(Ct));
    }

    [Fact]
    public async Task An_alarm_stands_once_since_it_was_first_raised_until_it_is_cleared()
    {
        await Store.RaiseAlarmAsync(new Alarm("route:a", Noon, "first"), Ct);
        await Store.RaiseAlarmAsync(new Alarm("route:a", Noon.AddHours(1), "second"), Ct);
        await ReopenAsync();
        Assert.Equal([new Alarm("route:a", Noon, "second")], await Store.AlarmsAsync(Ct));

        await Store.ClearAlarmAsync("route:a", Ct);
        Assert.Empty(await Store.AlarmsAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_was_told_that_his_message_is_accepted_finds_it_after_a_restart()
    {
        NewMessage[] messages =
        [
            .. Enumerable.Range(0, 500).Select(i => TestMail.Accepted(Store, TestMail.Waiting(0, $"r{i}@far.example"))),
        ];
        await Task.WhenAll(messages.Select(message => Task.Run(() => Store.AcceptAsync(message, Ct))));
        await ReopenAsync();

        Assert.Equal(500, (await Due(Noon)).Select(due => due.Message.Id).Distinct().Count());
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_cannot_be_stored_does_not_harm_those_that_are_stored_with_it()
    {
        NewMessage good = TestMail.Accepted(Store, TestMail.Waiting(0, "good@far.example"));
        await Store.AcceptAsync(good, Ct);
        Task[] accepts =
        [
            .. Enumerable
                .Range(0, 100)
                .Select(i => i == 50 ? good : TestMail.Accepted(Store, TestMail.Waiting(0, $"r{i}@far.example")))
                .Select(message => Store.AcceptAsync(message, Ct)),
        ];

        await Assert.ThrowsAnyAsync<Exception>(() => accepts[50]);
        await Task.WhenAll(accepts.Where((_, i) => i != 50));
        Assert.Equal(100, (await Due(Noon)).Count);
    }

    protected async Task<long> AcceptAsync(params NewRecipient[] recipients)
    {
        NewMessage message = TestMail.Accepted(Store, recipients);
        await Store.AcceptAsync(message, Ct);
        return message.Message.Number;
    }

    private async Task<long> AcceptAsync(DateTimeOffset accepted, NewRecipient recipient)
    {
        NewMessage message = TestMail.Accepted(Store, recipient);
        message = message with { Message = message.Message with { Accepted = accepted } };
        await Store.AcceptAsync(message, Ct);
        return message.Message.Number;
    }

    /// <summary>Whatever was ordered before this is written when it completes.</summary>
    protected Task FlushAsync() => Store.ClearAlarmAsync(Noon.ToString("O", CultureInfo.InvariantCulture), Ct);

    /// <summary>What is due by any route.</summary>
    protected Task<IReadOnlyList<DueRecipient>> Due(DateTimeOffset now) => DueIn(Store, now);

    protected static async Task<IReadOnlyList<DueRecipient>> DueIn(IQueueStore store, DateTimeOffset now)
    {
        var due = new List<DueRecipient>();
        foreach (WaitingRoute route in await store.FindRoutesAsync("", now, 100, Ct))
            due.AddRange(await store.FindDueAsync(route.Name, now, 1000, Ct));
        return due;
    }

    private async Task<QueueEntry> EntryAsync() => Assert.Single(await List(new QueueSelection(All: true)));

    private Task<IReadOnlyList<QueueEntry>> List(QueueSelection selection) => Store.ListAsync(selection, 100, Ct);

    private static IEnumerable<string> Addresses(IEnumerable<DueRecipient> due) =>
        due.Select(d => d.Recipient.Address.ToString());

    private static byte[] Filled(char with)
    {
        byte[] chunk = new byte[IQueueStore.ChunkSize];
        Array.Fill(chunk, (byte)with);
        return chunk;
    }
}
