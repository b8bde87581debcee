using System.Text;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>
/// What a next hop says, and what a domain's owner calls its hosts, is shown to operators and senders: in the log, the queue, the trace, the
/// alarms and the reports. Nothing of it ends a line there, moves a cursor or turns the text around.
/// </summary>
public sealed class HostileWordsTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly QueueRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    /// <summary>Written as conversation files are: ends of lines, sequences for terminals, text that turns or hides, and half a letter.</summary>
    public static TheoryData<string> Words() =>
        [
            @"a\rb",
            @"a\x00b",
            @"\x1b[2J\x1b[1;1Howned",
            @"\x1b]0;owned\x07",
            @"\x1bP0;1|17/6f776e6564\x1b\\",
            @"\x9b31mred",
            @"\xc2\x9b31mred",
            @"a\x08\x08b\x7f",
            @"a\tb\x0bc\x0cd",
            @"\xe2\x80\xae.txt.exe",
            @"\xe2\x81\xa6a\xe2\x81\xa9",
            @"a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d",
            @"\xef\xbb\xbfa\xe2\x80\x8bb",
            @"\xf3\xa0\x80\x81\xef\xbf\xb9\xee\x80\x80",
            @"\xff\xfe\xc0\x80\xed\xa0\x80",
            @"{\x1b[31m*300}",
        ];

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Words))]
    public async Task A_reply_s_words_come_out_printable_wherever_they_are_shown(string words)
    {
        _rig.Peers.Answer = (route, line) =>
            route.EndsWith("node.example", StringComparison.Ordinal) ? null
            : line.StartsWith("RCPT TO:<later@", StringComparison.Ordinal) ? $"450-4.2.1 {words}\r\n450 4.2.1 {words}\r\n"
            : line.StartsWith("RCPT TO:<never@", StringComparison.Ordinal) ? $"550-5.1.1 {words}\r\n550 5.1.1 {words}\r\n"
            : line == "." ? $"250 2.0.0 {words}\r\n"
            : null;
        await _rig.StartAsync();

        string id = await _rig.SendAsync("later@far.example", "never@far.example", "joe@far.example");
        await _rig.UntilStateAsync(id, RecipientState.Waiting, RecipientState.Bounced, RecipientState.Delivered);
        await _rig.UntilAsync(() => _rig.Peers.Got.Any(got => got.Sender.Length == 0));

        MessageStory story = await _rig.StoryAsync(id);
        Assert.Equal(3, story.Recipients.Count(entry => entry.LastReply.Length > 0));
        Assert.All(story.Recipients, entry => Attacker.AssertPrintable(entry.LastReply, "the queue"));
        Assert.All(story.Events, happened => Attacker.AssertPrintable($"{happened.Host} {happened.Text}", "the trace"));
        Assert.All(_rig.Log, line => Attacker.AssertPrintable(line, "the log"));
        Queue.Received report = _rig.Peers.Got.Single(got => got.Sender.Length == 0);
        Assert.Contains("never@far.example", report.Content, StringComparison.Ordinal);
        foreach (string line in report.Content.Split("\r\n"))
            Attacker.AssertPrintable(line.TrimStart('\t'), "the report");
    }

    /// <summary>One that is parked for it, and one that is closed: both raise an alarm.</summary>
    [Theory(Timeout = Patience)]
    [MemberData(nameof(Words))]
    public async Task A_host_s_name_and_words_come_out_printable_in_alarms_and_troubles(string words)
    {
        string said = Encoding.UTF8.GetString(WireText.Bytes(words));
        bool parks = false;
        _rig.Peers.Connecting = _ =>
            parks
                ? new Connection.Misconfigured(said, said)
                : new Connection.Unreachable(new SmtpReply(421, "4.4.1", said), FromPeer: true, said);
        _rig.Relay = QueueRig.Hub("secret");
        await _rig.StartAsync();

        string id = await _rig.SendAsync("joe@far.example");
        await AssertTroubleAsync(isParked: false);
        parks = true;
        _rig.Scheduler.Wake();
        await AssertTroubleAsync(isParked: true);

        // The alarm may be there before the message is put back.
        await _rig.UntilStateAsync(id, RecipientState.Waiting);
        MessageStory story = await _rig.StoryAsync(id);
        Assert.All(story.Events, happened => Attacker.AssertPrintable($"{happened.Host} {happened.Text}", "the trace"));
        Assert.All(_rig.Log, line => Attacker.AssertPrintable(line, "the log"));
    }

    private async Task AssertTroubleAsync(bool isParked)
    {
        await _rig.UntilAsync(async () =>
            _rig.Scheduler.Troubles() is [{ IsParked: var parked }]
            && parked == isParked
            && (await _rig.Store.AlarmsAsync(Ct)).Any(alarm =>
                alarm.Text.Contains("is parked", StringComparison.Ordinal) == isParked
            )
        );
        RouteTrouble trouble = Assert.Single(_rig.Scheduler.Troubles());
        Attacker.AssertPrintable(trouble.Reason, "the status");
        Assert.All(await _rig.Store.AlarmsAsync(Ct), alarm => Attacker.AssertPrintable(alarm.Text, "an alarm"));
    }
}
