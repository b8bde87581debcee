using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Queue;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>What a suspension does to mail that is in the queue already: in the store, and in memory for delivery.</summary>
public sealed class SuspensionTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private static readonly QwkId Node = QwkId.Parse("MYBBS");

    private readonly QueueRig _rig = new();
    private readonly TaskCompletionSource _door = new();
    private SuspensionKeeper? _keeper;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SuspensionKeeper Keeper =>
        _keeper ??= new SuspensionKeeper(
            _rig.Accounts,
            _rig.Store,
            _rig.Scheduler,
            (_, _, _, _) => throw new InvalidOperationException("nothing is to be returned"),
            _rig.Accounts,
            new MailLog(NullLogger<MailLog>.Instance),
            _rig.Time
        );

    public async ValueTask DisposeAsync()
    {
        _door.TrySetResult();
        if (_keeper is not null)
            await _keeper.StopAsync(CancellationToken.None);
        _keeper?.Dispose();
        await _rig.DisposeAsync();
    }

    [Theory]
    [InlineData("2026-11-22T19:46:00Z", "19:46")]
    [InlineData("2026-11-22T19:46:01Z", "19:47")]
    [InlineData("2026-11-22T23:59:59.999Z", "00:00")]
    public void An_end_that_is_told_is_never_before_the_end(string end, string told)
    {
        var suspension = new Suspension("", DateTimeOffset.MinValue, DateTimeOffset.Parse(end, CultureInfo.InvariantCulture));

        Assert.EndsWith($"{told} UTC", suspension.Describe(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Everything_queued_is_held_and_resume_delivers_every_message()
    {
        await OpenAsync();
        // One is being connected for, some wait in memory, the rest waits in the store.
        _rig.Settings = _rig.Settings with
        {
            MemoryMessages = 4,
            DomainConnections = 1,
        };
        _rig.Peers.Gate = (_, _) => _door.Task;
        string[] ids = await SendManyAsync(12);

        int stopped = await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), Until: null));
        _door.SetResult();
        await UntilAllAsync(ids, RecipientState.Held);

        Assert.True(stopped > 0);
        Assert.Empty(_rig.Peers.Got);
        MessageStory story = await _rig.StoryAsync(ids[^1]);
        Assert.Equal("account MYBBS is suspended (spam)", story.Events.Single(e => e.Kind == TraceKind.Held).Text);

        Assert.Equal(12, await Keeper.ResumeAsync(Node, null, Ct));
        await _rig.UntilReceivedAsync(12);
        Assert.Equal(12, _rig.Peers.Got.Select(got => got.Recipients[0]).Distinct().Count());
    }

    /// <summary>Nothing is lost, and nothing leaves for an account that is gone: in memory, in the store, and held by a limit.</summary>
    [Fact(Timeout = Patience)]
    public async Task What_a_removed_account_leaves_behind_is_held_and_nothing_of_it_leaves()
    {
        await OpenAsync();
        _rig.Settings = _rig.Settings with { MemoryMessages = 4, DomainConnections = 1 };
        _rig.Peers.Gate = (_, _) => _door.Task;
        string[] ids = await SendManyAsync(12);

        int? held = await Keeper.RemoveAsync(Node, Ct);
        _door.SetResult();
        await UntilAllAsync(ids, RecipientState.Held);

        Assert.True(held > 0);
        Assert.Equal(
            "account MYBBS was removed",
            (await _rig.StoryAsync(ids[^1])).Events.Single(e => e.Kind == TraceKind.Held).Text
        );
        // Neither another suspension's end nor a hasty release lets any of it go.
        await Keeper.ResumeAsync(null, null, Ct);
        await _rig.Store.ChangeAsync(new QueueSelection(Id: ids[0]), QueueChange.Release, _rig.Time.GetUtcNow(), Ct);
        _rig.Scheduler.Wake();
        await _rig.UntilStateAsync(ids[0], RecipientState.Held);
        await UntilAllAsync(ids, RecipientState.Held);
        Assert.Empty(_rig.Peers.Got);

        // Added again, and released.
        await _rig.Accounts.AddAsync(new Account(Node, _rig.Time.GetUtcNow(), Suspension: null, ""), Ct);
        await _rig.Store.ChangeAsync(new QueueSelection(Account: Node.Text), QueueChange.Release, _rig.Time.GetUtcNow(), Ct);
        _rig.Scheduler.Wake();
        await _rig.UntilReceivedAsync(12);
    }

    [Fact(Timeout = Patience)]
    public async Task The_mail_of_other_accounts_goes_on()
    {
        await OpenAsync();
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), Until: null));

        string held = await _rig.SendAsync("joe@far.example");
        await _rig.SendAsAsync("OTHER", "bob@other.example", DsnNotify.Unspecified, "jim@far.example");

        await _rig.UntilReceivedAsync(1);
        await _rig.UntilStateAsync(held, RecipientState.Held);
        Assert.Equal("bob@other.example", Assert.Single(_rig.Peers.Got).Sender);
    }

    [Fact(Timeout = Patience)]
    public async Task Queued_mail_that_is_to_be_dropped_is_gone_and_what_comes_later_is_held()
    {
        await OpenAsync();
        _rig.Settings = _rig.Settings with { DomainConnections = 1 };
        _rig.Peers.Gate = (_, _) => _door.Task;
        string[] ids = await SendManyAsync(3);

        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), null, QueuedMail.Drop));
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        string late = await _rig.SendAsync("late@far.example");
        _door.SetResult();

        await UntilAllAsync(ids, RecipientState.Dropped);
        await _rig.UntilStateAsync(late, RecipientState.Held);
        Assert.Empty(_rig.Peers.Got);
    }

    [Fact(Timeout = Patience)]
    public async Task Mail_in_memory_that_is_to_be_returned_is_returned()
    {
        await OpenAsync();
        _rig.Peers.Gate = (route, _) => route.Name.Contains("far", StringComparison.Ordinal) ? _door.Task : Task.CompletedTask;
        string id = await _rig.SendAsync("joe@far.example");

        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), null, QueuedMail.Bounce));
        _door.SetResult();

        await _rig.UntilStateAsync(id, RecipientState.Bounced);
        // The report is no mail of the account.
        await _rig.UntilReceivedAsync(1);
        Assert.Contains("MYBBS", Assert.Single(_rig.Peers.Got).Content, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Queued_mail_that_is_to_be_sent_is_sent()
    {
        await OpenAsync();
        _rig.Peers.Gate = (_, _) => _door.Task;
        await _rig.SendAsync("joe@far.example");

        Assert.Equal(0, await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), null, QueuedMail.Send)));
        _door.SetResult();

        await _rig.UntilReceivedAsync(1);
    }

    [Fact(Timeout = Patience)]
    public async Task What_the_operator_held_by_hand_is_not_released_by_resume()
    {
        _rig.Settings = _rig.Settings with { IsSending = false };
        await OpenAsync();
        string[] ids = await SendManyAsync(2);
        await _rig.Store.ChangeAsync(new QueueSelection(Id: ids[0]), QueueChange.Hold, _rig.Time.GetUtcNow(), Ct);
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), Until: null));

        Assert.Equal(1, await Keeper.ResumeAsync(Node, null, Ct));

        Assert.Equal(RecipientState.Held, (await _rig.EntryAsync(ids[0])).State);
        Assert.Equal(RecipientState.Waiting, (await _rig.EntryAsync(ids[1])).State);
    }

    [Fact(Timeout = Patience)]
    public async Task What_the_operator_held_by_hand_is_not_dropped_with_the_rest()
    {
        _rig.Settings = _rig.Settings with { IsSending = false };
        await OpenAsync();
        string[] ids = await SendManyAsync(3);
        await _rig.Store.ChangeAsync(new QueueSelection(Id: ids[0]), QueueChange.Hold, _rig.Time.GetUtcNow(), Ct);
        // What an earlier suspension holds goes with the rest.
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), Until: null));

        Assert.Equal(2, await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), null, QueuedMail.Drop)));

        Assert.Equal(RecipientState.Held, (await _rig.EntryAsync(ids[0])).State);
        await UntilAllAsync(ids[1..], RecipientState.Dropped);
    }

    [Fact(Timeout = Patience)]
    public async Task A_suspension_with_an_end_ends_by_itself_and_is_in_the_audit_trail()
    {
        await OpenAsync();
        await Keeper.StartAsync(Ct);
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), _rig.Time.GetUtcNow() + TimeSpan.FromMinutes(5)));
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Held);

        while (_rig.Peers.Got.IsEmpty)
        {
            _rig.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        // The mail goes first.
        IReadOnlyList<AuditEntry> entries;
        while ((entries = await _rig.Accounts.ListAuditAsync("MYBBS", 10, Ct)).Count == 0)
            await Task.Yield();
        AuditEntry ended = Assert.Single(entries);
        Assert.Equal(("suspension ended", "packetboat"), (ended.Action, ended.Who.Name));
        Assert.True(_rig.Time.GetUtcNow() >= ended.At);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_ended_while_nobody_ran_lets_its_mail_go_at_the_start()
    {
        await OpenAsync();
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), _rig.Time.GetUtcNow() + TimeSpan.FromMinutes(5)));
        string id = await _rig.SendAsync("joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Held);
        _rig.Time.Advance(TimeSpan.FromHours(1));
        _keeper!.Dispose();
        _keeper = null;
        await _rig.RestartAsync();

        await Keeper.StartAsync(Ct);

        await _rig.UntilReceivedAsync(1);
    }

    [Fact(Timeout = Patience)]
    public async Task Two_suspensions_hold_until_both_are_over()
    {
        _rig.Settings = _rig.Settings with { IsSending = false };
        await OpenAsync();
        string id = (await SendManyAsync(1))[0];
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), Until: null));
        await Keeper.SuspendAsync(null, new Suspension("blocklist", _rig.Time.GetUtcNow(), Until: null), Ct);

        Assert.Equal(0, await Keeper.ResumeAsync(null, null, Ct));
        Assert.Equal(RecipientState.Held, (await _rig.EntryAsync(id)).State);
        Assert.Equal(1, await Keeper.ResumeAsync(Node, null, Ct));
        Assert.Equal(RecipientState.Waiting, (await _rig.EntryAsync(id)).State);
    }

    [Fact(Timeout = Patience)]
    public async Task What_an_account_that_is_removed_had_held_stays_held()
    {
        _rig.Settings = _rig.Settings with { IsSending = false };
        await OpenAsync();
        string id = (await SendManyAsync(1))[0];
        await SuspendAsync(new Suspension("spam", _rig.Time.GetUtcNow(), Until: null));

        await _rig.Accounts.RemoveAsync(Node, Ct);

        Assert.Equal(0, await _rig.Store.ReleaseStoppedAsync(_rig.Time.GetUtcNow(), Ct));
        Assert.Equal(RecipientState.Held, (await _rig.EntryAsync(id)).State);
    }

    private async Task OpenAsync()
    {
        await _rig.Accounts.AddAsync(new Account(Node, _rig.Time.GetUtcNow()), Ct);
        await _rig.StartAsync();
    }

    private async Task<string[]> SendManyAsync(int count)
    {
        var ids = new string[count];
        for (int i = 0; i < count; i++)
            ids[i] = await _rig.SendAsync($"u{i}@far.example");
        return ids;
    }

    private async Task<int> SuspendAsync(Suspension suspension) =>
        await Keeper.SuspendAsync(Node, suspension, Ct)
        ?? throw new InvalidOperationException("there is no account to be suspended");

    private Task UntilAllAsync(string[] ids, RecipientState state) =>
        _rig.UntilAsync(async () =>
        {
            foreach (string id in ids)
                if ((await _rig.EntryAsync(id)).State != state)
                    return false;
            return true;
        });
}
