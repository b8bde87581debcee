using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Telemetry;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Arrival;

/// <summary>Policies of accounts and what nodes are told, over a real store.</summary>
public sealed class ArrivalGateTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private static readonly QwkId Node = QwkId.Parse("MYBBS");
    private static readonly MailAddress Joe = MailAddress.Parse("joe@bbs.example");

    private readonly ArrivalRig _rig = new();
    private readonly TemporaryFolder _folder = new();
    private readonly MemorySpool _spool = new();
    private SqliteStore _store;
    private string _language = "en";

    public ArrivalGateTests() => _store = SqliteStore.Open(_folder.Path, _rig.Time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_account_has_the_policy_of_all_until_it_has_its_own_also_after_a_restart()
    {
        await _store.AddAsync(new Account(Node, _rig.Time.GetUtcNow()), Ct);
        ArrivalGate gate = GateWith(Notices());
        Assert.Equal((ArrivalPolicy.Warn, null), (gate.PolicyOf(Node), gate.OwnPolicyOf(Node)));
        Assert.True(await gate.SetPolicyAsync(Node, ArrivalPolicy.Enforce, Ct));
        Assert.Equal(ArrivalPolicy.Enforce, gate.PolicyOf(Node));

        await _store.DisposeAsync();
        _store = SqliteStore.Open(_folder.Path, _rig.Time);
        gate = GateWith(Notices());
        Assert.Equal(ArrivalPolicy.Enforce, gate.PolicyOf(Node));
        Assert.True(await gate.SetPolicyAsync(Node, null, Ct));
        Assert.Equal(ArrivalPolicy.Warn, gate.PolicyOf(Node));
        Assert.False(await gate.SetPolicyAsync(QwkId.Parse("NOBODY"), ArrivalPolicy.Warn, Ct));
    }

    [Fact]
    public void Nothing_is_read_of_a_message_where_nothing_is_checked()
    {
        _rig.Settings = _rig.Settings with { Patience = TimeSpan.Zero };
        Assert.Null(GateWith(Notices()).Begin());
    }

    [Fact]
    public async Task A_sender_that_is_rewritten_makes_SPF_pass_and_DMARC_no_better()
    {
        _rig.Settings = _rig.Settings with { Policy = ArrivalPolicy.Rewrite };
        _rig.Dns.Add("hub.example TXT v=spf1 ip4:192.0.2.1 -all");
        _rig.Dns.Add("bbs.example TXT v=spf1 -all");
        _rig.Dns.Add("_dmarc.bbs.example TXT v=DMARC1; p=reject");
        using DkimMessage message = ArrivalRig.Read("From: joe@bbs.example\r\n\r\n");

        ArrivalVerdict verdict = await GateWith(Notices()).JudgeAsync(Node, Joe, message, Ct);
        Assert.Equal("hub.example", verdict.Sender!.Domain);
        Assert.StartsWith("DMARC of bbs.example asks receivers to reject it", verdict.Warning, StringComparison.Ordinal);
        Assert.Empty(verdict.Refusal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("\"a b\"@bbs.example")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl@bbs.example")]
    public async Task What_cannot_be_rewritten_leaves_as_it_is_and_its_story_says_why(string sender)
    {
        _rig.Settings = _rig.Settings with { Policy = ArrivalPolicy.Rewrite };
        _rig.Dns.Add("bbs.example TXT v=spf1 -all");
        using DkimMessage message = ArrivalRig.Read("From: joe@bbs.example\r\n\r\n");

        ArrivalVerdict verdict = await GateWith(Notices()).JudgeAsync(Node, MailAddress.Parse(sender), message, Ct);

        Assert.Equal(sender, verdict.Sender!.ToString());
        Assert.EndsWith(
            $"; <{sender}> is not rewritten: with what would be put in front of it, it is longer than 64 octets, or it needs quotation marks",
            verdict.Warning,
            StringComparison.Ordinal
        );
    }

    [Theory(Timeout = Patience)]
    [InlineData(
        "en",
        "Subject: Mail from bbs.example may not arrive\r\n",
        "receivers will refuse it or put it among the spam:\r\n"
    )]
    [InlineData(
        "de",
        "Subject: Post von bbs.example kommt vielleicht nicht an\r\n",
        "Empfänger werden sie abweisen oder für Spam halten:\r\n"
    )]
    public async Task The_node_is_told_once_a_day_for_each_domain_in_its_language(string language, string subject, string words)
    {
        _language = language;
        await _store.AddAsync(new Account(Node, _rig.Time.GetUtcNow()), Ct);
        using ArrivalNotices notices = Notices();
        ArrivalGate gate = GateWith(notices);
        await notices.StartAsync(Ct);

        gate.Accepted(Node, Joe, "ID00000001", Problem("bbs.example"));
        gate.Accepted(Node, Joe, "ID00000002", Problem("bbs.example"));
        gate.Accepted(Node, MailAddress.Parse("jim@other.example"), "ID00000003", Problem("other.example"));
        await UntilAsync(2);
        _rig.Time.Advance(TimeSpan.FromHours(23));
        gate.Accepted(Node, Joe, "ID00000004", Problem("bbs.example"));
        // They are told in order: once this is there, the one before has been decided about.
        gate.Accepted(Node, Joe, "ID0000004A", Problem("marker.example"));
        await UntilAsync(3);
        _rig.Time.Advance(TimeSpan.FromHours(1));
        gate.Accepted(Node, Joe, "ID00000005", Problem("bbs.example"));
        gate.Accepted(Node, sender: null, "ID00000006", Problem("third.example"));
        gate.Accepted(Node, Joe, "ID00000007", ArrivalFinding.Fine);
        await UntilAsync(4);

        Assert.Equal(
            ["joe@bbs.example", "jim@other.example", "joe@bbs.example", "joe@bbs.example"],
            _spool.Accepted.Select(one => one.Envelope.Recipients.Single().Address.ToString())
        );
        Assert.All(_spool.Accepted, one => Assert.Null(one.Envelope.Sender));
        string text = Encoding.UTF8.GetString(_spool.Accepted[0].Content);
        Assert.Contains(subject, text, StringComparison.Ordinal);
        Assert.Contains("\r\nAuto-Submitted: auto-generated\r\n", text, StringComparison.Ordinal);
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.Contains("\r\n    it is bad.\r\n\r\n    Publish: x. TXT \"y\"\r\n", text, StringComparison.Ordinal);
        Assert.Contains("ID00000001", text, StringComparison.Ordinal);
        Assert.Contains("ID00000005", Encoding.UTF8.GetString(_spool.Accepted[3].Content), StringComparison.Ordinal);
    }

    private static ArrivalFinding Problem(string domain) =>
        new([new ArrivalProblem(domain, "it is bad", "Publish: x. TXT \"y\"")]);

    private async Task UntilAsync(int count)
    {
        while (_spool.Accepted.Count < count)
            await Task.Yield();
    }

    private ArrivalNotices Notices()
    {
        var log = new MailLog(new ListLogger<MailLog>());
        var local = new LocalSubmission(_spool, ServerSettings, log, _rig.Time);
        return new ArrivalNotices(_store, local, () => _rig.Settings, () => _language, log, _rig.Time);
    }

    private ArrivalGate GateWith(ArrivalNotices notices)
    {
        var rewriter = new SenderRewriter(new SecretBox(new byte[32]), () => _rig.Settings, _rig.Time);
        return new ArrivalGate(_rig.Check(), _store, rewriter, notices, () => _rig.Settings);
    }

    private static SmtpServerSettings ServerSettings() =>
        new("hub.example", 0, 100, TimeSpan.FromMinutes(2), 30, AllowRelay: false, _ => false, TimeSpan.Zero);
}
