using System.Security.Cryptography.X509Certificates;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>RFC 8689: who demands it gets verified TLS to a server that keeps the promise, or his mail back; who wants less gets less.</summary>
public sealed class RequireTlsTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private static readonly X509Certificate2 Right = TransportRig.Authority.Issue("mx.far.example");
    private static readonly X509Certificate2 Strange = new TestAuthority("an authority").Issue("mx.far.example");

    private readonly TransportRig _rig = new() { Wish = TlsWish.Required };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory(Timeout = Patience)]
    [InlineData("enforce")]
    [InlineData("testing")]
    public async Task A_policy_that_names_the_server_and_its_certificate_are_enough(string mode)
    {
        _rig.Announce(mode);
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Right, ["REQUIRETLS"]);
        Assert.Contains(" verified ", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("> REQUIRETLS", _rig.Server.UnderTls, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_signed_zone_and_a_certificate_from_an_authority_are_enough()
    {
        _rig.Sign();
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Right, ["REQUIRETLS"]);
        Assert.EndsWith("verified (REQUIRETLS)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task The_certificate_that_signed_records_name_is_enough()
    {
        _rig.Sign($"3 1 1 {TransportRig.KeyOf(Strange)}");
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Strange, ["REQUIRETLS"]);
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("> REQUIRETLS", _rig.Server.UnderTls, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_server_that_does_not_offer_it_gets_nothing()
    {
        _rig.Announce("enforce");
        _rig.Server.Certificate = Right;
        Assert.Equal(
            "550 5.7.30 the sender demands REQUIRETLS, and mx.far.example does not offer it; nothing was sent",
            await ReturnedAsync()
        );
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_offered_in_clear_alone_is_not_offered()
    {
        _rig.Announce("enforce");
        _rig.Server.Extensions = ["REQUIRETLS"];
        Assert.StartsWith("550 5.7.10", await ReturnedAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_that_takes_itself_back_vouches_for_nobody()
    {
        _rig.Announce("none");
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Right, ["REQUIRETLS"]);
        Assert.EndsWith("vouches for its name", await ReturnedAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_name_that_nobody_vouches_for_gets_nothing()
    {
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Right, ["REQUIRETLS"]);
        Assert.EndsWith(
            "neither DNSSEC nor an MTA-STS policy vouches for its name",
            await ReturnedAsync(),
            StringComparison.Ordinal
        );
        Assert.Equal(0, _rig.Server.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task A_certificate_that_nobody_vouches_for_gets_nothing()
    {
        _rig.Announce("testing");
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Strange, ["REQUIRETLS"]);
        string reply = await ReturnedAsync();
        Assert.StartsWith("550 5.7.10", reply, StringComparison.Ordinal);
        Assert.Contains("no authority that is trusted here", reply, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_that_cannot_be_had_now_leaves_it_waiting()
    {
        _rig.Announce("enforce");
        _rig.Web.Policy = null;
        (_rig.Server.Certificate, _rig.Server.Extensions) = (Right, ["REQUIRETLS"]);
        await _rig.RefusedAsync(Ct, FailureClass.RequireTls);
    }

    [Fact(Timeout = Patience)]
    public async Task A_report_goes_where_the_promise_is_not_kept()
    {
        (_rig.Wish, _rig.Server.Certificate) = (TlsWish.Usual, Right);
        Attempt attempt = await _rig.DeliverAsync(Ct, sender: null);
        Assert.Equal(SmtpVerdict.Accepted, Assert.Single(attempt.Recipients).Verdict);
    }

    [Fact(Timeout = Patience)]
    public async Task TLS_Required_No_goes_in_clear_although_a_policy_forbids_it()
    {
        _rig.Announce("enforce");
        _rig.Wish = TlsWish.Optional;
        Assert.Equal("in clear", await _rig.DeliveredAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task TLS_Required_No_takes_TLS_where_it_is_offered()
    {
        _rig.Sign($"3 1 1 {TransportRig.KeyOf(Strange)}");
        (_rig.Wish, _rig.Server.Certificate) = (TlsWish.Optional, Right);
        Assert.Equal("TLS 1.3", await _rig.DeliveredAsync(Ct));
    }

    [Fact]
    public void Such_mail_has_connections_of_its_own()
    {
        var usual = new Route.Direct("far.example");
        Assert.Equal("mx far.example with REQUIRETLS", usual.For(TlsWish.Required).Name);
        Assert.Equal("mx far.example with TLS-Required: No", usual.For(TlsWish.Optional).Name);
        Assert.Same(usual, usual.For(TlsWish.Usual));
    }

    private async Task<string> ReturnedAsync()
    {
        Attempt attempt = await _rig.DeliverAsync(Ct);
        RecipientAttempt joe = Assert.Single(attempt.Recipients);
        Assert.Equal((SmtpVerdict.Permanent, false), (joe.Verdict, joe.FromPeer));
        Cause cause = ReplyTable.Shipped.Classify(new RemoteOutcome(joe.Reply, joe.FromPeer, attempt.Host));
        Assert.Equal(FailureClass.RequireTls, cause.Class);
        Assert.DoesNotContain("MAIL", _rig.Server.InClear + _rig.Server.UnderTls, StringComparison.Ordinal);
        return joe.Reply.ToString();
    }
}
