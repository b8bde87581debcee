using System.Text;
using MimeKit;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.Queue;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>What a sender hears of mail that still waits.</summary>
public sealed class DelayNoticesTests
{
    private const int Patience = 30_000;

    private static readonly TimeSpan First = TimeSpan.FromHours(4);
    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task After_four_hours_the_sender_is_told_once_and_then_once_a_day()
    {
        await using var rig = new QueueRig();
        await GreylistedAsync(rig, "alice@node.example", DsnNotify.Unspecified);
        using DelayNotices notices = rig.NewNotices(First, Daily);

        Assert.Equal(0, await NoticesAfterAsync(rig, notices, First - TimeSpan.FromSeconds(1)));
        Assert.Equal(1, await NoticesAfterAsync(rig, notices, TimeSpan.FromSeconds(1)));
        Assert.Equal(1, await NoticesAfterAsync(rig, notices, Daily - TimeSpan.FromSeconds(1)));
        Assert.Equal(2, await NoticesAfterAsync(rig, notices, TimeSpan.FromSeconds(1)));
        // What was missed, because nothing ran, is not made up for.
        Assert.Equal(3, await NoticesAfterAsync(rig, notices, 2 * Daily));
        Assert.Equal(3, await NoticesAfterAsync(rig, notices, Daily - TimeSpan.FromSeconds(1)));
    }

    [Theory(Timeout = Patience)]
    [InlineData("alice@node.example", DsnNotify.Unspecified, 1)]
    [InlineData("alice@node.example", DsnNotify.Delay, 1)]
    [InlineData("alice@node.example", DsnNotify.Delay | DsnNotify.Failure, 1)]
    [InlineData("alice@node.example", DsnNotify.Failure, 0)]
    [InlineData("alice@node.example", DsnNotify.Never, 0)]
    [InlineData(null, DsnNotify.Unspecified, 0)]
    public async Task Who_does_not_want_a_notice_or_cannot_have_one_gets_none(string? sender, DsnNotify notify, int notices)
    {
        await using var rig = new QueueRig();
        await GreylistedAsync(rig, sender, notify);
        using DelayNotices delays = rig.NewNotices(First, Daily);
        Assert.Equal(notices, await NoticesAfterAsync(rig, delays, First));
    }

    [Fact(Timeout = Patience)]
    public async Task Zero_switches_notices_off_or_leaves_the_first_alone()
    {
        await using var rig = new QueueRig();
        await GreylistedAsync(rig, "alice@node.example", DsnNotify.Unspecified);
        using DelayNotices off = rig.NewNotices(TimeSpan.Zero, Daily);
        Assert.Equal(0, await NoticesAfterAsync(rig, off, First));
        using DelayNotices once = rig.NewNotices(First, TimeSpan.Zero);
        Assert.Equal(1, await NoticesAfterAsync(rig, once, TimeSpan.Zero));
        Assert.Equal(1, await NoticesAfterAsync(rig, once, 3 * Daily));
    }

    [Fact(Timeout = Patience)]
    public async Task What_nothing_was_tried_of_because_the_relay_is_parked_is_told_of_too()
    {
        await using var rig = new QueueRig();
        rig.Relay = QueueRig.Hub("wrong");
        rig.Peers.Connecting = _ => new Connection.Misconfigured("535 wrong password", "hub.example [192.0.2.1]:587");
        await rig.StartAsync();
        string[] ids = [await rig.SendAsync("joe@far.example"), await rig.SendAsync("jim@far.example")];
        await rig.UntilAsync(async () => (await rig.Store.CountAsync(Ct)).Waiting == 2);
        await rig.Scheduler.StopAsync(Ct);
        using DelayNotices notices = rig.NewNotices(First, Daily);
        rig.Time.WrongBy = First;
        await notices.LookAsync(Ct);
        foreach (string id in ids)
            Assert.Single((await rig.StoryAsync(id)).Events, e => e.Kind == TraceKind.Reported);
    }

    [Fact(Timeout = Patience)]
    public async Task A_notice_that_could_not_be_filed_is_sent_by_the_next_look_and_only_once()
    {
        await using var rig = new QueueRig();
        string id = await GreylistedAsync(rig, "alice@node.example", DsnNotify.Unspecified);
        using DelayNotices notices = rig.NewNotices(First, Daily);
        rig.Store.Before = what =>
        {
            if (what == "report delay")
                throw new StoreUnavailableException("no room", null);
        };
        rig.Time.WrongBy = First;
        await notices.LookAsync(Ct);
        Assert.DoesNotContain((await rig.StoryAsync(id)).Events, e => e.Kind == TraceKind.Reported);
        rig.Store.Before = _ => { };
        await notices.LookAsync(Ct);
        await notices.LookAsync(Ct);
        Assert.Single((await rig.StoryAsync(id)).Events, e => e.Kind == TraceKind.Reported);
    }

    [Theory(Timeout = Patience)]
    [InlineData(
        "en",
        "Your message is still on its way",
        "It is tried again at ",
        "That is nobody's fault. It usually takes the"
    )]
    [InlineData("de", "Ihre Nachricht ist noch unterwegs", "Der nächste Versuch ist am ", "Niemand ist schuld.")]
    public async Task The_notice_says_what_happened_and_when_it_is_tried_again_in_the_language_of_the_site(
        string language,
        string subject,
        string when,
        string fault
    )
    {
        await using var rig = new QueueRig { Language = language };
        // The next attempt is yet to come when the notice is due.
        RetryLimits limits = rig.Settings.Limits with
        {
            First = TimeSpan.FromHours(8),
            Longest = TimeSpan.FromHours(8),
        };
        rig.Settings = rig.Settings with { Limits = limits };
        string id = await GreylistedAsync(rig, "alice@node.example", DsnNotify.Unspecified);
        using DelayNotices notices = rig.NewNotices(First, Daily);
        rig.Time.WrongBy = First;
        await notices.LookAsync(Ct);

        string reported = (await rig.StoryAsync(id)).Events.Single(e => e.Kind == TraceKind.Reported).Text;
        QueuedMessage queued = (await rig.StoryAsync(reported.Split(' ')[^1])).Message;
        Assert.Null(queued.Sender);
        byte[] content = await rig.Store.ReadChunkAsync(queued.Number, 0, Ct);
        Assert.True(Ascii.IsValid(content));
        using var stream = new MemoryStream(content);
        MimeMessage message = await MimeMessage.LoadAsync(stream, Ct);
        Assert.Equal(subject, message.Subject);
        var report = Assert.IsType<MultipartReport>(message.Body);
        string text = string.Join(' ', ((TextPart)report[0]).Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(when, text, StringComparison.Ordinal);
        Assert.Contains(fault, text, StringComparison.Ordinal);
        Assert.Contains("451 4.7.1 greylisted", text, StringComparison.Ordinal);
        var status = (MessageDeliveryStatus)report[1];
        Assert.Equal(("delayed", "4.7.1"), (status.StatusGroups[1]["Action"], status.StatusGroups[1]["Status"]));
        Assert.Equal("smtp; 451 4.7.1 greylisted", status.StatusGroups[1]["Diagnostic-Code"]);
        Assert.NotNull(status.StatusGroups[1]["Will-Retry-Until"]);
    }

    private static async Task<string> GreylistedAsync(QueueRig rig, string? sender, DsnNotify notify)
    {
        rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT TO:<joe@", StringComparison.Ordinal) ? "451 4.7.1 greylisted\r\n" : null;
        await rig.StartAsync();
        string id = await rig.SendAsync(sender, notify, "joe@far.example");
        await rig.UntilAsync(async () => (await rig.EntryAsync(id)) is { State: RecipientState.Waiting, LastReply.Length: > 0 });
        await rig.Scheduler.StopAsync(Ct);
        return id;
    }

    /// <summary>Time goes on, and nothing is tried meanwhile.</summary>
    private static async Task<int> NoticesAfterAsync(QueueRig rig, DelayNotices notices, TimeSpan time)
    {
        rig.Time.WrongBy += time;
        await notices.LookAsync(Ct);
        IReadOnlyList<MessageStory> about = await rig.Store.TraceAsync(null, "joe@far.example", 10, Ct);
        return Assert.Single(about).Events.Count(e => e.Kind == TraceKind.Reported);
    }
}
