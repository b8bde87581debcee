using Packetboat.Relay.Doctor;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>A policy of our own that keeps others from sending to us.</summary>
public sealed class OwnPolicyTests : IAsyncDisposable
{
    private const int Patience = 30_000;

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
        _rig.Policy = $"version: STSv1\nmode: {mode}\nmx: {hosts}\nmax_age: 604800\n";

        Finding finding = await RunAsync();

        Assert.Equal(verdict, finding.Verdict);
        if (verdict == CheckVerdict.Ok)
            return;
        Assert.Equal(
            $"the policy at https://mta-sts.node.example/.well-known/mta-sts.txt, mode {mode}, does not name mx2.elsewhere.example of the MX records",
            finding.Words
        );
        Assert.Equal("Add to it: mx: mx2.elsewhere.example; then change the id in the record", finding.Remedy);
    }

    [Fact(Timeout = Patience)]
    public async Task A_record_without_a_policy_is_found()
    {
        Finding finding = await RunAsync();
        Assert.Equal(CheckVerdict.Warning, finding.Verdict);
        Assert.EndsWith("and there is no policy: no answer", finding.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_that_is_none_is_found()
    {
        _rig.Policy = "<html>";
        Finding finding = await RunAsync();
        Assert.Equal(CheckVerdict.Warning, finding.Verdict);
        Assert.Equal("senders take it for none", finding.Cause);
    }

    private async Task<Finding> RunAsync() => (await _rig.RunAsync()).Findings.Single(finding => finding.Check == "mta-sts");
}
