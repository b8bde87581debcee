using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>A domain that enforces a policy gets its mail over verified TLS, or it waits; nobody on the way changes that.</summary>
public sealed class MtaStsAttackTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private static readonly X509Certificate2 Right = TransportRig.Authority.Issue("mx.far.example");

    private readonly TransportRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task A_server_that_the_policy_names_and_an_authority_vouches_for_gets_it()
    {
        _rig.Announce("enforce");
        _rig.Server.Certificate = Right;
        Assert.EndsWith("verified (MTA-STS)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("MAIL", _rig.Server.InClear, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task STARTTLS_taken_away_leaves_it_waiting()
    {
        _rig.Announce("enforce");
        Assert.Equal(
            "TLS is demanded by the MTA-STS policy of far.example, and mx.far.example offers none; nothing was sent in clear",
            await _rig.RefusedAsync(Ct)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_for_another_name_gets_nothing()
    {
        _rig.Announce("enforce");
        _rig.Server.Certificate = TransportRig.Authority.Issue("mx.near.example");
        Assert.EndsWith("does not do: it is for another name", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task An_expired_certificate_gets_nothing()
    {
        _rig.Announce("enforce");
        _rig.Server.Certificate = TransportRig.Authority.Issue("mx.far.example", days: -1);
        Assert.EndsWith("it has expired, or does not hold yet", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_nobody_vouches_for_gets_nothing()
    {
        _rig.Announce("enforce");
        _rig.Server.Certificate = new TestAuthority("an authority").Issue("mx.far.example");
        Assert.Contains("no authority that is trusted here", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_handshake_that_breaks_is_not_tried_again_in_clear()
    {
        _rig.Announce("enforce");
        (_rig.Server.Certificate, _rig.Server.BreaksHandshake) = (Right, true);
        Assert.Contains("does not come about", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_server_that_forged_MX_records_name_is_not_called()
    {
        _rig.Announce("enforce", mx: "*.mail.far.example");
        _rig.Server.Certificate = Right;
        Assert.Equal(
            "the MTA-STS policy of far.example does not name the host mx.far.example; nothing was sent",
            await _rig.RefusedAsync(Ct)
        );
        Assert.Equal(0, _rig.Server.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_on_trial_keeps_nothing_back_and_says_what_it_would()
    {
        _rig.Announce("testing");
        _rig.Server.Certificate = TransportRig.Authority.Issue("mx.near.example");
        Assert.Equal("TLS 1.3, MTA-STS on trial: it is for another name", await _rig.DeliveredAsync(Ct));
        _rig.Server.Certificate = Right;
        Assert.Equal("TLS 1.3, MTA-STS on trial: it would pass", await _rig.DeliveredAsync(Ct));
        _rig.Server.Certificate = null;
        Assert.Equal("in clear, MTA-STS on trial: no TLS", await _rig.DeliveredAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_that_is_known_holds_when_its_announcement_is_kept_away()
    {
        await KnowPolicyAsync();
        Assert.Contains("offers none", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData(null)]
    [InlineData("<html>mode: none</html>")]
    [InlineData("version: STSv1\nmode: none\nmax_age: 1e9\n")]
    public async Task A_policy_that_is_known_holds_when_the_new_one_is_bogus_or_cannot_be_had(string? bogus)
    {
        await KnowPolicyAsync();
        _rig.Zone.Add("_mta-sts.far.example TXT v=STSv1; id=2;");
        _rig.Web.Policy = bogus;
        Assert.Contains("offers none", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_bogus_policy_of_a_domain_that_is_not_known_demands_nothing()
    {
        _rig.Announce("enforced");
        Assert.Equal("in clear", await _rig.DeliveredAsync(Ct));
    }

    private async Task KnowPolicyAsync()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string policy = "version: STSv1\nmode: enforce\nmx: mx.far.example\nmax_age: 604800\n";
        await _rig.Store.KeepPolicyAsync(new CachedPolicy("far.example", "1", policy, now, now.AddDays(7)), Ct);
    }
}
