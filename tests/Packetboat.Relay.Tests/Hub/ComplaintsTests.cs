using System.Net;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

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
        Assert.True(await TakeAsync(Received(ids[1])));

        Assert.Equal(2, _rig.Usage.Of(LimitRig.Node).ComplaintsToday);
        MessageStory story = await _rig.Queue.StoryAsync(ids[0]);
        Assert.Equal("abuse reported by Far/1 <fbl@far.example>", story.Events.Single(e => e.Kind == TraceKind.Complained).Text);
        IReadOnlyList<AuditEntry> audit = await _rig.Queue.Accounts.ListAuditAsync("MYBBS", 10, Ct);
        Assert.Equal(["spam complaint", "spam complaint"], audit.Select(entry => entry.Action));
        // In the same transaction as the story.
        Assert.Equal(2, _rig.Queue.Accounts.ReadUsage(LimitRig.Node)!.ComplaintsToday);
        // Whoever watches by MQTT hears of each that counts, and of no other.
        Assert.All(
            _rig.Actions,
            action => Assert.EndsWith("<fbl@far.example>", ((ClientAction.ReportedAsSpam)action).Reason, StringComparison.Ordinal)
        );
        Assert.Equal(2, _rig.Actions.Count);
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
    [InlineData("Message-ID: <{0}@hub.example>")]
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
        Assert.False(await TakeMessageAsync("Subject: you\r\n\r\nstop it\r\n", "a@far.example", "192.0.2.7"));
    }

    [Theory(Timeout = Patience)]
    [InlineData("fbl@far.example", "fbl@far.example", "192.0.2.7", true)]
    [InlineData("fbl@far.example", "FBL@Far.Example", "192.0.2.7", true)]
    [InlineData("staff@mail.example", "staff@mail.example", "192.0.2.7", true)]
    // A mailbox at the same provider is not the provider.
    [InlineData("victim@mail.example", "victim@mail.example", "192.0.2.7", false)]
    [InlineData("staff@mail.example", "victim@far.example", "192.0.2.7", false)]
    [InlineData("fbl@far.example", "fbl@far.example", "192.0.2.8", false)]
    [InlineData("fbl@far.example", "fbl@strange.example", "192.0.2.7", false)]
    [InlineData("fbl@strange.example", "fbl@far.example", "192.0.2.7", false)]
    [InlineData("fbl@far.example, a@strange.example", "fbl@far.example", "192.0.2.7", false)]
    public async Task Only_reports_of_listed_authors_that_are_shown_to_be_theirs_count(
        string author,
        string sender,
        string client,
        bool counts
    )
    {
        string[] ids = await OpenAndSendAsync(1, most: 10);

        Assert.Equal(counts, await TakeMessageAsync(Report(Received(ids[0]), author: author), sender, client));

        Assert.Equal(counts ? 1 : 0, _rig.Usage.Of(LimitRig.Node).ComplaintsToday);
    }

    [Fact(Timeout = Patience)]
    public async Task A_forged_report_is_in_the_story_once_and_does_not_keep_a_true_one_from_counting()
    {
        string[] ids = await OpenAndSendAsync(1, most: 10);

        for (int i = 0; i < 3; i++)
            Assert.False(await TakeMessageAsync(Report(Received(ids[0])), "fbl@far.example", "198.51.100.1"));

        TraceEvent ignored = Assert.Single(
            (await _rig.Queue.StoryAsync(ids[0])).Events,
            e => e.Kind == TraceKind.ComplaintIgnored
        );
        Assert.Equal("abuse reported by Far/1; not counted: nobody of ComplaintReporters has shown that it is his", ignored.Text);
        Assert.Empty(_rig.Actions);
        Assert.Single(await _rig.Queue.Accounts.ListAuditAsync("MYBBS", 10, Ct));
        Assert.True(await TakeAsync(Received(ids[0])));
        Assert.Equal(1, _rig.Usage.Of(LimitRig.Node).ComplaintsToday);
    }

    [Fact(Timeout = Patience)]
    public async Task A_recipient_who_complains_about_every_message_counts_once_a_day()
    {
        _rig.Limits = AccountLimits.None.With(AccountLimit.SpamComplaintsPerDay, 10, LimitAction.Suspend);
        await _rig.OpenAsync();
        string[] toOne = [(await _rig.SendAsync("joe@far.example"))!, (await _rig.SendAsync("JOE@far.example"))!];
        string toSeveral = (await _rig.SendAsync("joe@far.example", "jim@far.example"))!;

        Assert.True(await TakeAsync(Received(toOne[0])));
        Assert.False(await TakeAsync(Received(toOne[1])));
        Assert.False(await TakeAsync(Received(toSeveral), recipient: "<joe@far.example>"));
        Assert.True(await TakeAsync(Received(toSeveral), recipient: "<jim@far.example>"));
        string tomorrow = (await _rig.SendAsync("joe@far.example"))!;
        _rig.PassUntil(_rig.Usage.Of(LimitRig.Node).DayEnds);
        Assert.True(await TakeAsync(Received(tomorrow)));
        Assert.Equal(1, _rig.Usage.Of(LimitRig.Node).ComplaintsToday);
    }

    [Fact(Timeout = Patience)]
    public async Task A_signature_of_the_listed_domain_is_as_good_as_its_addresses()
    {
        string[] ids = await OpenAndSendAsync(1, most: 10);
        string report = Report(Received(ids[0]));
        using var key = DkimPrivateKey.CreateEd25519();
        _rig.Dns.Add($"s._domainkey.far.example TXT {key.Record}");
        using var message = new DkimMessage(DkimCanonicalization.Relaxed);
        message.Append(Encoding.ASCII.GetBytes(report));
        message.Complete();
        var signing = new DkimSigningKey("far.example", "s", key);
        DateTimeOffset now = _rig.Queue.Time.GetUtcNow();
        string signed =
            Encoding.ASCII.GetString(DkimSigner.Sign(message, signing, new DkimSigningOptions(), now, out _)) + report;

        Assert.False(await TakeMessageAsync(signed + "x", "a@strange.example", "198.51.100.1"));
        Assert.True(await TakeMessageAsync(signed, "a@strange.example", "198.51.100.1"));
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

    private Task<bool> TakeAsync(string originalHeader, string type = "abuse", string recipient = "") =>
        TakeMessageAsync(Report(originalHeader, type, recipient: recipient), "fbl@far.example", "192.0.2.7");

    private static string Report(
        string originalHeader,
        string type = "abuse",
        string author = "fbl@far.example",
        string recipient = ""
    ) =>
        $"From: {author}\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: text/plain\r\n\r\nspam\r\n"
        + $"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {type}\r\nUser-Agent: Far/1\r\nVersion: 1\r\n"
        + (recipient.Length == 0 ? "\r\n" : $"Original-Rcpt-To: {recipient}\r\n\r\n")
        + $"--b\r\nContent-Type: message/rfc822\r\n\r\n{originalHeader}\r\nSubject: x\r\n\r\ntext\r\n--b--\r\n";

    private async Task<bool> TakeMessageAsync(string message, string sender, string client)
    {
        byte[] content = Encoding.ASCII.GetBytes(message);
        using var signed = new DkimMessage();
        signed.Append(content);
        signed.Complete();
        return await _rig.Complaints.TakeAsync(
            new ReceivedReport(content, signed, IPAddress.Parse(client), MailAddress.Parse(sender), "mx.far.example"),
            Ct
        );
    }
}
