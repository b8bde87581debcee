using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>Feedback reports are matched to the account whose mail they are about.</summary>
public sealed class ComplaintsTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly LimitRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("abuse@hub.example", true)]
    [InlineData("Abuse@HUB.example", true)]
    [InlineData("postmaster@hub.example", false)]
    [InlineData("abuse@other.example", false)]
    public void The_address_is_abuse_at_this_host(string address, bool isIt) =>
        Assert.Equal(isIt, _rig.Complaints.IsFor(MailAddress.Parse(address)));

    [Fact(Timeout = Patience)]
    public async Task Each_message_counts_once_for_its_account_and_the_story_says_so()
    {
        string[] ids = await OpenAndSendAsync(2, most: 10);

        Assert.True(await TakeAsync(Received(ids[0])));
        Assert.False(await TakeAsync(Received(ids[0])));
        Assert.True(await TakeAsync($"Message-ID: <{ids[1]}@hub.example>"));

        Assert.Equal(2, _rig.Usage.Of(LimitRig.Node).ComplaintsToday);
        MessageStory story = await _rig.Queue.StoryAsync(ids[0]);
        Assert.Equal("abuse reported by Far/1", story.Events.Single(e => e.Kind == TraceKind.Complained).Text);
        IReadOnlyList<AuditEntry> audit = await _rig.Queue.Accounts.ListAuditAsync("MYBBS", 10, Ct);
        Assert.Equal(["spam complaint", "spam complaint"], audit.Select(entry => entry.Action));
        // In the same transaction as the story.
        Assert.Equal(2, _rig.Queue.Accounts.ReadUsage(LimitRig.Node)!.ComplaintsToday);
    }

    [Fact(Timeout = Patience)]
    public async Task More_than_the_limit_stops_the_account()
    {
        string[] ids = await OpenAndSendAsync(2, most: 1);
        await TakeAsync(Received(ids[0]));
        Assert.Empty(_rig.Reached);

        await TakeAsync(Received(ids[1]));

        LimitReached reached = Assert.Single(_rig.Reached);
        Assert.Equal(LimitAction.Suspend, reached.Rule.Action);
        Assert.Equal("has had 2 complaints of spam today, 1 are allowed (SpamComplaintsPerDay)", reached.Describe());
        Assert.Null(await _rig.SendAsync("more@far.example"));
    }

    [Theory(Timeout = Patience)]
    [InlineData("Received: from a by other.example with ESMTP id {0}; now")]
    [InlineData("Received: from a by hub.example with ESMTP id 0000000000; now")]
    [InlineData("Received: from a by hub.example; now")]
    [InlineData("X-Received: by hub.example id {0}")]
    [InlineData("Message-ID: <{0}@other.example>")]
    [InlineData("Message-ID: <{0}")]
    public async Task What_does_not_name_a_message_of_ours_counts_for_nobody(string field)
    {
        string[] ids = await OpenAndSendAsync(1, most: 10);

        Assert.False(await TakeAsync(field.Replace("{0}", ids[0], StringComparison.Ordinal)));

        Assert.Equal(0, _rig.Usage.Of(LimitRig.Node).ComplaintsToday);
    }

    [Fact(Timeout = Patience)]
    public async Task Praise_and_other_mail_count_for_nobody()
    {
        string[] ids = await OpenAndSendAsync(1, most: 10);

        Assert.False(await TakeAsync(Received(ids[0]), "not-spam"));
        Assert.False(await _rig.Complaints.TakeAsync("Subject: you\r\n\r\nstop it\r\n"u8.ToArray(), Ct));
    }

    private static string Received(string id) =>
        $"Received: from node (node [192.0.2.1])\r\n\tby hub.example (Packetboat)\r\n\twith ESMTPSA id {id};\r\n\tSun, 22 Nov 2026 12:00:00 +0000";

    private async Task<string[]> OpenAndSendAsync(int messages, long most)
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.SpamComplaintsPerDay, most, LimitAction.Suspend);
        await _rig.OpenAsync();
        var ids = new List<string>();
        for (int i = 0; i < messages; i++)
            ids.Add((await _rig.SendAsync($"r{i}@far.example"))!);
        return [.. ids];
    }

    private Task<bool> TakeAsync(string originalHeader, string type = "abuse")
    {
        string report =
            "From: fbl@far.example\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/plain\r\n\r\nspam\r\n"
            + $"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {type}\r\nUser-Agent: Far/1\r\nVersion: 1\r\n\r\n"
            + $"--b\r\nContent-Type: message/rfc822\r\n\r\n{originalHeader}\r\nSubject: x\r\n\r\ntext\r\n--b--\r\n";
        return _rig.Complaints.TakeAsync(Encoding.ASCII.GetBytes(report), Ct);
    }
}
