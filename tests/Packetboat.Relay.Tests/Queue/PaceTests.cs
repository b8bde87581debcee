using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Queue;

/// <summary>What the scheduler makes of a provider's pace.</summary>
public sealed class PaceTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Busy = "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712344)\r\n";

    private readonly QueueRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task More_messages_than_connections_all_leave_by_those_that_the_provider_takes()
    {
        _rig.Peers.Paced = (_rig.Shaper, "smtp-in.orange.fr");
        await _rig.StartAsync();
        await Task.WhenAll(
            Enumerable.Range(0, 60).Select(i => _rig.SendAsync($"joe{i}@{(i % 2 == 0 ? "far" : "near")}.example"))
        );
        await _rig.UntilReceivedAsync(60);

        Assert.Equal(3, _rig.Peers.MostOpen);
    }

    [Fact(Timeout = Patience)]
    public async Task A_connection_carries_as_many_as_the_provider_takes_over_one()
    {
        _rig.Settings = _rig.Settings with { DomainConnections = 1 };
        _rig.Peers.Paced = (_rig.Shaper, "mx01.mail.icloud.com");
        await _rig.StartAsync();
        for (int i = 0; i < 11; i++)
            await _rig.UntilStateAsync(await _rig.SendAsync($"joe{i}@far.example"), RecipientState.Delivered);

        Assert.Equal(3, _rig.Peers.Calls.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task Who_asks_us_to_slow_down_gets_nothing_until_the_pause_is_over_and_no_message_pays_for_it()
    {
        bool isBusy = true;
        int asked = 0;
        _rig.Settings = _rig.Settings with { DomainConnections = 1 };
        _rig.Peers.Paced = (_rig.Shaper, "far-example.mail.protection.outlook.com");
        _rig.Peers.Answer = (_, line) =>
        {
            if (!line.StartsWith("MAIL", StringComparison.Ordinal))
                return null;
            asked++;
            return isBusy ? Busy : null;
        };
        await _rig.StartAsync();
        string told = await _rig.SendAsync("joe@far.example");
        await _rig.UntilAsync(async () => (await _rig.EntryAsync(told)).Attempts == 1 && asked == 1);
        await _rig.UntilStateAsync(told, RecipientState.Waiting);
        string other = await _rig.SendAsync("jim@near.example");
        await _rig.UntilAsync(async () => (await _rig.EntryAsync(other)).LastReply.Length > 0);

        QueueEntry entry = await _rig.EntryAsync(other);
        Assert.Equal((RecipientState.Waiting, 0), (entry.State, entry.Attempts));
        Assert.StartsWith(
            "not tried: Outlook.com or Microsoft 365 asked us to slow down: 451 4.7.500 Server busy",
            entry.LastReply,
            StringComparison.Ordinal
        );
        Assert.Equal(1, asked);
        Assert.Empty(await _rig.Store.AlarmsAsync(Ct));

        isBusy = false;
        _rig.Pass(TimeSpan.FromMinutes(2));
        await _rig.UntilReceivedAsync(2);
    }

    /// <summary>Each pause that ended made all mail of the route due, and a message that a server had put off was bounced after minutes.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_pause_that_ends_leaves_alone_whom_a_server_has_put_off_himself()
    {
        (int asked, int woken, bool isBusy) = (0, 0, false);
        _rig.Settings = _rig.Settings with
        {
            DomainConnections = 1,
            Limits = _rig.Settings.Limits with { First = TimeSpan.FromMinutes(30) },
        };
        _rig.Store.Before = step => woken += step == "wake" ? 1 : 0;
        _rig.Peers.Paced = (_rig.Shaper, "far-example.mail.protection.outlook.com");
        _rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT TO:<full@", StringComparison.Ordinal) && ++asked > 0 ? "452 4.2.2 mailbox full\r\n"
            : line.StartsWith("MAIL", StringComparison.Ordinal) && isBusy ? Busy
            : null;
        await _rig.StartAsync();
        string full = await _rig.SendAsync("full@far.example");
        await DeferredAsync(full);
        DateTimeOffset due = (await _rig.EntryAsync(full)).Due;
        isBusy = true;
        await DeferredAsync(await _rig.SendAsync("joe@far.example"));
        isBusy = false;
        string held = await _rig.SendAsync("jim@far.example");
        await _rig.UntilAsync(async () => (await _rig.EntryAsync(held)).LastReply.Length > 0);

        int before = woken;
        _rig.Pass(TimeSpan.FromMinutes(2));
        await _rig.UntilStateAsync(held, RecipientState.Delivered);
        await _rig.UntilAsync(() => Task.FromResult(woken > before));
        await _rig.UntilStateAsync(await _rig.SendAsync("jane@far.example"), RecipientState.Delivered);

        Assert.Equal((due, 1), ((await _rig.EntryAsync(full)).Due, asked));
    }

    private Task DeferredAsync(string id) =>
        _rig.UntilAsync(async () => await _rig.EntryAsync(id) is { Attempts: 1, State: RecipientState.Waiting });
}
