using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.TransportSecurity;
using Packetboat.Relay.TlsReports;

namespace Packetboat.Relay.Tests.TlsReports;

/// <summary>How each session came by TLS is counted once, under the policy that was in force.</summary>
public sealed class TlsResultsTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private static readonly X509Certificate2 Right = TransportRig.Authority.Issue("mx.far.example");

    private readonly TransportRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task Sessions_with_TLS_are_one_number()
    {
        _rig.Server.Certificate = Right;
        await _rig.DeliveredAsync(Ct);
        await _rig.DeliveredAsync(Ct);
        TlsCount count = await OnlyAsync();
        Assert.Equal(
            ("no-policy-found", "", "", 2L),
            (count.Outcome.Policy, count.Outcome.Result, count.Outcome.Host, count.Sessions)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_server_without_TLS()
    {
        await _rig.DeliveredAsync(Ct);
        TlsOutcome outcome = (await OnlyAsync()).Outcome;
        Assert.Equal(
            ("starttls-not-supported", "mx.far.example", "127.0.0.1", "127.0.0.1"),
            (outcome.Result, outcome.Host, outcome.Address, outcome.From)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_handshake_that_breaks_is_one_session_although_mail_goes_in_clear()
    {
        (_rig.Server.Certificate, _rig.Server.BreaksHandshake) = (Right, true);
        await _rig.DeliverAsync(Ct);
        TlsCount count = await OnlyAsync();
        Assert.Equal(("validation-failure", 1L), (count.Outcome.Result, count.Sessions));
    }

    [Theory(Timeout = Patience)]
    [InlineData("enforce", "mx.near.example", 20, "certificate-host-mismatch")]
    [InlineData("testing", "mx.near.example", 20, "certificate-host-mismatch")]
    [InlineData("testing", "mx.far.example", -1, "certificate-expired")]
    [InlineData("enforce", "mx.far.example", 20, "")]
    public async Task What_a_policy_would_say_is_counted_on_trial_too(string mode, string name, int days, string result)
    {
        _rig.Announce(mode);
        _rig.Server.Certificate = TransportRig.Authority.Issue(name, days);
        await _rig.DeliverAsync(Ct);
        TlsOutcome outcome = (await OnlyAsync()).Outcome;
        Assert.Equal(result, outcome.Result);
        Assert.Equal($"sts\nversion: STSv1\nmode: {mode}\nmx: mx.far.example\nmax_age: 86400", outcome.Policy);
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_nobody_vouches_for()
    {
        _rig.Announce("testing");
        _rig.Server.Certificate = new TestAuthority("an authority").Issue("mx.far.example");
        await _rig.DeliveredAsync(Ct);
        Assert.Equal("certificate-not-trusted", (await OnlyAsync()).Outcome.Result);
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_that_the_policy_does_not_name()
    {
        _rig.Announce("enforce", mx: "other.far.example");
        await _rig.DeliverAsync(Ct);
        Assert.Equal(
            ("validation-failure", "mx.far.example"),
            ((await OnlyAsync()).Outcome.Result, (await OnlyAsync()).Outcome.Host)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task DANE_comes_with_its_records()
    {
        _rig.Sign($"3 1 1 {TransportRig.KeyOf(Right)}");
        _rig.Server.Certificate = new TestAuthority("nobody").Issue("mx.far.example");
        await _rig.DeliverAsync(Ct);
        TlsOutcome outcome = (await OnlyAsync()).Outcome;
        Assert.Equal("validation-failure", outcome.Result);
        Assert.StartsWith("tlsa mx.far.example\n3 1 1 ", outcome.Policy, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Records_of_which_none_can_be_used_are_told_although_there_was_TLS()
    {
        _rig.Sign("1 1 1 00");
        _rig.Server.Certificate = Right;
        await _rig.DeliveredAsync(Ct);
        TlsOutcome outcome = (await OnlyAsync()).Outcome;
        Assert.Equal(("tlsa-invalid", "tlsa mx.far.example\n1 1 1 00"), (outcome.Result, outcome.Policy));
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_that_a_policy_on_trial_does_not_name_is_told_although_it_got_the_mail()
    {
        _rig.Announce("testing", mx: "other.far.example");
        _rig.Server.Certificate = Right;
        await _rig.DeliveredAsync(Ct);
        Assert.Equal("validation-failure", (await OnlyAsync()).Outcome.Result);
    }

    [Theory(Timeout = Patience)]
    [InlineData(null, "sts-policy-fetch-error")]
    [InlineData("version: STSv1\nmode: enforced\n", "sts-policy-invalid")]
    public async Task A_policy_that_cannot_be_had_is_told_although_there_was_TLS(string? policy, string result)
    {
        _rig.Announce("enforce");
        _rig.Web.Policy = policy;
        _rig.Server.Certificate = Right;
        await _rig.DeliveredAsync(Ct);
        // Within the pause after a failure nobody asks again, and it is so all the same.
        await _rig.DeliveredAsync(Ct);
        TlsCount count = await OnlyAsync();
        Assert.Equal(("sts", result, 2L), (count.Outcome.Policy, count.Outcome.Result, count.Sessions));
    }

    [Fact(Timeout = Patience)]
    public async Task While_a_policy_of_before_holds_it_is_what_counts()
    {
        _rig.Announce("testing");
        _rig.Server.Certificate = Right;
        await _rig.DeliveredAsync(Ct);
        _rig.Web.Policy = null;
        _rig.Zone.Remove("_mta-sts.far.example");
        _rig.Zone.Add("_mta-sts.far.example TXT v=STSv1; id=2;");
        await _rig.DeliveredAsync(Ct);
        TlsCount count = await OnlyAsync();
        Assert.Equal(("", 2L), (count.Outcome.Result, count.Sessions));
    }

    [Fact(Timeout = Patience)]
    public async Task TLSA_records_that_cannot_be_had()
    {
        _rig.Sign();
        _rig.Zone.Add($"{_rig.TlsaName} FAILS");
        await _rig.DeliverAsync(Ct);
        TlsOutcome outcome = (await OnlyAsync()).Outcome;
        Assert.Equal(("tlsa", "dnssec-invalid"), (outcome.Policy, outcome.Result));
    }

    [Fact(Timeout = Patience)]
    public async Task Reports_themselves_and_what_wants_no_policy_are_not_counted()
    {
        _rig.Wish = TlsWish.Optional;
        await _rig.DeliveredAsync(Ct);
        await _rig.Results.FileAsync();
        Assert.Empty(_rig.Counted.Kept);
    }

    [Fact(Timeout = Patience)]
    public async Task Turned_off_nothing_is_counted()
    {
        _rig.Reports = false;
        await _rig.DeliveredAsync(Ct);
        await _rig.Results.FileAsync();
        Assert.Empty(_rig.Counted.Kept);
    }

    private async Task<TlsCount> OnlyAsync()
    {
        await _rig.Results.FileAsync();
        return Assert.Single(_rig.Counted.Kept);
    }
}
