using System.Text;
using Packetboat.Demo;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.EndToEnd.Tests;

/// <summary>What a hub finds out before it promises to carry a node's mail. The DNS says that nobody may send for bbs.example.</summary>
public sealed class ArrivalTests
{
    private const int Patience = 60_000;
    private const string Sysop = "sysop@bbs.example";
    private const string Friend = "friend@far.example";
    private const string Text = "From: sysop@bbs.example\r\nSubject: test\r\n\r\nHello\r\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_node_whose_mail_would_be_refused_reads_the_record_to_publish_in_the_report()
    {
        await using Harbour harbour = await Harbour.OpenAsync(arrival: "ArrivalPolicy = enforce\nSendingAddresses = 192.0.2.1");
        DemoNode spoke = await harbour.StartSpokeAsync();
        await Harbour.SubmitAsync(spoke, Sysop, Friend, Text);

        DemoExchange.Letter report = await harbour.NextLetterAsync();
        Assert.Equal(Sysop, report.Recipients[0]);
        Assert.Contains("Publish: bbs.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"", Content(report), StringComparison.Ordinal);
        IReadOnlyList<QueueRow> queued = await harbour.Hub.Operations.ListQueueAsync(new QueueSelection(All: true), 10, Ct);
        Assert.DoesNotContain(queued, row => row.Sender == Sysop);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_is_warned_sends_its_mail_and_is_told_once()
    {
        await using Harbour harbour = await Harbour.OpenAsync(arrival: "SendingAddresses = 192.0.2.1");
        DemoNode spoke = await harbour.StartSpokeAsync();
        await Harbour.SubmitAsync(spoke, Sysop, Friend, Text);
        DemoExchange.Letter[] letters = [await harbour.NextLetterAsync(), await harbour.NextLetterAsync()];

        DemoExchange.Letter notice = Assert.Single(letters, one => one.Recipients[0] == Sysop);
        Assert.Contains("Subject: Mail from bbs.example may not arrive", Content(notice), StringComparison.Ordinal);
        Assert.Single(letters, one => one.Recipients[0] == Friend);
        await Harbour.SubmitAsync(spoke, Sysop, "second@far.example", Text);
        Assert.Equal("second@far.example", (await harbour.NextLetterAsync()).Recipients[0]);
    }

    [Fact(Timeout = Patience)]
    public async Task A_report_to_a_rewritten_sender_finds_its_way_back()
    {
        await using Harbour harbour = await Harbour.OpenAsync(arrival: "SendingAddresses = 192.0.2.1");
        await harbour.Hub.Operations.ArrivalAsync(Harbour.Account, "rewrite", "", Ct);
        DemoNode spoke = await harbour.StartSpokeAsync();
        await Harbour.SubmitAsync(spoke, Sysop, "nobody@nowhere.example", Text);

        // The hub's own report, about a domain that does not exist, is for the sender as he was; and he is warned of what is still wrong.
        DemoExchange.Letter[] letters = [await harbour.NextLetterAsync(), await harbour.NextLetterAsync()];
        Assert.All(letters, one => Assert.Equal(Sysop, one.Recipients[0]));
        Assert.Single(letters, one => Content(one).Contains("nowhere.example", StringComparison.Ordinal));
    }

    private static string Content(DemoExchange.Letter letter) => Encoding.UTF8.GetString(letter.Content);
}
