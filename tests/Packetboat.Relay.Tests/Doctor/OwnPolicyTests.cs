using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Doctor;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>A policy of our own that keeps others from sending to us.</summary>
public sealed class OwnPolicyTests : IAsyncDisposable
{
    private const int Patience = 30_000;
    private const string Place = "https://mta-sts.node.example/.well-known/mta-sts.txt";

    private static readonly WebPage Whole = new(
        Place,
        "version: STSv1\nmode: testing\nmx: mx1.node.example\nmx: mx2.elsewhere.example\nmax_age: 604800\n"
    );

    private readonly DoctorRig _rig = new();

    public OwnPolicyTests()
    {
        _rig.OpenPort25();
        _rig.Zone.Add("node.example MX 10 mx1.node.example");
        _rig.Zone.Add("node.example MX 20 mx2.elsewhere.example");
        _rig.Zone.Add("_mta-sts.node.example TXT v=STSv1; id=1");
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory(Timeout = Patience)]
    [InlineData("enforce", "*.node.example", CheckVerdict.Failure)]
    [InlineData("testing", "*.node.example", CheckVerdict.Warning)]
    [InlineData("none", "*.node.example", CheckVerdict.Ok)]
    [InlineData("enforce", "*.elsewhere.example\nmx: mx1.node.example", CheckVerdict.Ok)]
    public async Task One_that_does_not_name_all_hosts_of_the_mx_records_is_found(string mode, string hosts, CheckVerdict verdict)
    {
        _rig.Policy = $"version: STSv1\nmode: {mode}\nmx: {hosts}\nmax_age: 86400\n";

        Finding finding = await RunAsync();

        Assert.Equal(verdict, finding.Verdict);
        if (verdict == CheckVerdict.Ok)
            return;
        Assert.Equal(
            $"the policy at https://mta-sts.node.example/.well-known/mta-sts.txt, mode {mode}, does not name mx2.elsewhere.example of the MX records",
            finding.Words
        );
        Assert.Equal("Add to it: mx: mx2.elsewhere.example; then change the id in the record", finding.Remedy);
        Assert.Equal(
            new WebPage(Place, $"version: STSv1\nmode: {mode}\nmx: *.node.example\nmx: mx2.elsewhere.example\nmax_age: 86400\n"),
            finding.Page
        );
        AssertNewId(finding);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_there_is_none_it_stands_ready_to_paste_with_its_record()
    {
        _rig.Zone.Remove("_mta-sts.node.example");

        Finding finding = await RunAsync();

        Assert.Equal((CheckVerdict.Ok, Whole), (finding.Verdict, finding.Page));
        AssertNewId(finding);
    }

    [Fact(Timeout = Patience)]
    public async Task A_domain_that_takes_no_mail_needs_none()
    {
        _rig.Zone.Remove("_mta-sts.node.example");
        _rig.Zone.Remove("node.example");
        _rig.Zone.Add("node.example MX 0 .");

        Finding finding = await RunAsync();

        Assert.Equal("not published; it is voluntary, and concerns mail to you", finding.Words);
        Assert.Empty(finding.Publish);
        Assert.Null(finding.Page);
    }

    [Fact(Timeout = Patience)]
    public async Task A_record_without_a_policy_is_found()
    {
        Finding finding = await RunAsync();
        Assert.Equal(CheckVerdict.Warning, finding.Verdict);
        Assert.EndsWith("and there is no policy: no answer", finding.Words, StringComparison.Ordinal);
        Assert.Equal(Whole, finding.Page);
        Assert.Empty(finding.Publish);
    }

    /// <summary>There may be one that demands more, and its server be down.</summary>
    [Fact(Timeout = Patience)]
    public async Task Over_a_policy_that_cannot_be_read_just_now_none_is_proposed()
    {
        _rig.Zone.Add("mta-sts.node.example A 127.0.0.9");
        Finding finding = await RunAsync();
        Assert.Equal(CheckVerdict.Warning, finding.Verdict);
        Assert.Null(finding.Page);
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_that_is_none_is_found()
    {
        _rig.Policy = "<html>";
        Finding finding = await RunAsync();
        Assert.Equal(CheckVerdict.Warning, finding.Verdict);
        Assert.Equal("senders take it for none", finding.Cause);
        Assert.Equal(Whole, finding.Page);
        AssertNewId(finding);
    }

    /// <summary>What is pasted is understood by those who read it.</summary>
    [Fact]
    public void A_policy_that_is_written_is_read_as_it_was_meant()
    {
        Assert.True(MtaStsPolicy.TryParse(Whole.Text, out MtaStsPolicy? policy, out _));
        Assert.Equal((MtaStsMode.Testing, TimeSpan.FromDays(7)), (policy.Mode, policy.MaxAge));
        Assert.Equal(Whole.Text, policy.Text);
    }

    private static void AssertNewId(Finding finding) =>
        Assert.Matches(
            @"^_mta-sts\.node\.example\. IN TXT ""v=STSv1; id=20[0-9]{12}""$",
            Assert.Single(finding.Publish).ZoneLine
        );

    private async Task<Finding> RunAsync() => (await _rig.RunAsync()).Findings.Single(finding => finding.Check == "mta-sts");
}
