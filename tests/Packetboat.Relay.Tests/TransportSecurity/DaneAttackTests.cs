using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>
/// Whoever sits on the way to a server whose TLSA records are signed gets no message: not by taking STARTTLS away, not with another
/// certificate, not by keeping the records away.
/// </summary>
public sealed class DaneAttackTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private static readonly TestAuthority Root = new("a root");
    private static readonly TestAuthority Middle = new("a middle", Root);
    private static readonly X509Certificate2 Right = new TestAuthority("nobody").Issue("mx.far.example");
    private static readonly X509Certificate2 Other = TransportRig.Authority.Issue("mx.far.example");

    private readonly TransportRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string OfRight => $"3 1 1 {TransportRig.KeyOf(Right)}";

    private static string OfMiddle => $"2 1 1 {TransportRig.KeyOf(Middle.Certificate)}";

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task The_key_that_the_records_name_is_believed_whoever_signed_it_and_whatever_name_and_dates_it_has()
    {
        X509Certificate2 odd = new TestAuthority("nobody").Issue("elsewhere.example", days: -1);
        _rig.Sign($"3 1 1 {TransportRig.KeyOf(odd)}");
        _rig.Server.Certificate = odd;

        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("MAIL", _rig.Server.InClear, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    public async Task Each_way_to_name_it_is_understood(int selector, int matching)
    {
        byte[] selected = selector == 0 ? Right.RawData : Right.PublicKey.ExportSubjectPublicKeyInfo();
        byte[] data = matching switch
        {
            0 => selected,
            1 => SHA256.HashData(selected),
            _ => SHA512.HashData(selected),
        };
        _rig.Sign($"3 {selector} {matching} {Convert.ToHexString(data)}");
        _rig.Server.Certificate = Right;
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Another_certificate_gets_nothing_though_an_authority_vouches_for_it()
    {
        _rig.Sign(OfRight);
        _rig.Server.Certificate = Other;
        Assert.Equal(
            "TLS is demanded by the TLSA records of mx.far.example, and the certificate of mx.far.example does not do: it is not the one that the TLSA records name",
            await _rig.RefusedAsync(Ct)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task STARTTLS_taken_away_leaves_it_waiting()
    {
        _rig.Sign(OfRight);
        Assert.Contains("mx.far.example offers none", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    /// <summary>In Auto mode a refusal because of us sends mail to the relay: it must be the host's own, not anybody's on the way.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_said_before_TLS_that_is_demanded_is_not_believed_about_us(bool isSigned)
    {
        if (isSigned)
            _rig.Sign(OfRight);
        _rig.Server.Greeting = "554 5.7.1 Service unavailable; blocked using zen.spamhaus.org";
        Assert.Equal(isSigned, (await _rig.DeliverAsync(Ct)).IsForgeable);
    }

    [Fact(Timeout = Patience)]
    public async Task STARTTLS_refused_leaves_it_waiting()
    {
        _rig.Sign(OfRight);
        _rig.Server.Extensions = ["STARTTLS"];
        _rig.Server.Answer = line => line == "STARTTLS" ? "454 4.7.0 not now" : null;
        Assert.Contains("refuses it (454 4.7.0 not now)", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_handshake_that_breaks_is_not_tried_again_in_clear()
    {
        _rig.Sign(OfRight);
        (_rig.Server.Certificate, _rig.Server.BreaksHandshake) = (Right, true);
        Assert.Contains("does not come about", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Records_that_cannot_be_looked_up_may_be_kept_away_and_leave_it_waiting()
    {
        _rig.Zone.Add("far.example SIGNED");
        _rig.Zone.Add("mx.far.example SIGNED");
        _rig.Zone.Add($"{_rig.TlsaName} FAILS");
        _rig.Server.Certificate = Right;
        Assert.Contains("TLSA records", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(0, _rig.Server.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task Records_that_nobody_signed_are_anybody_s_and_count_for_nothing()
    {
        _rig.Zone.Add("far.example SIGNED");
        _rig.Zone.Add("mx.far.example SIGNED");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Server.Certificate = Other;
        Assert.Equal("TLS 1.3", await _rig.DeliveredAsync(Ct));
    }

    [Theory(Timeout = Patience)]
    [InlineData("far.example")]
    [InlineData("mx.far.example")]
    public async Task Where_the_way_to_the_host_is_not_signed_its_records_are_not_asked_for(string signed)
    {
        _rig.Zone.Add($"{signed} SIGNED");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Zone.Add($"{_rig.TlsaName} SIGNED");
        _rig.Server.Certificate = Other;
        Assert.Equal("TLS 1.3", await _rig.DeliveredAsync(Ct));
        Assert.DoesNotContain($"TLSA {_rig.TlsaName}", _rig.Zone.Asked);
    }

    [Fact(Timeout = Patience)]
    public async Task An_authority_that_the_records_name_is_believed_though_nobody_else_knows_it()
    {
        _rig.Sign(OfMiddle);
        Serve(Middle.Issue("mx.far.example"), Middle.Certificate);
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task The_name_may_be_the_domain_s()
    {
        _rig.Sign(OfMiddle);
        Serve(Middle.Issue("far.example"), Middle.Certificate);
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("mx.near.example", 20, "it is for another name")]
    [InlineData("mx.far.example", -1, "its chain does not hold (NotTimeValid)")]
    public async Task Of_an_authority_s_certificates_name_and_dates_are_looked_at(string host, int days, string doubt)
    {
        _rig.Sign(OfMiddle);
        Serve(Middle.Issue(host, days), Middle.Certificate);
        Assert.EndsWith(doubt, await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Who_sends_the_authority_with_a_certificate_that_it_never_signed_gets_nothing()
    {
        var forger = new TestAuthority("a middle", Root);
        _rig.Sign(OfMiddle);
        Serve(forger.Issue("mx.far.example"), Middle.Certificate);
        await _rig.RefusedAsync(Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task An_authority_that_is_not_sent_cannot_be_known()
    {
        _rig.Sign(OfMiddle);
        _rig.Server.Certificate = Middle.Issue("mx.far.example");
        Assert.EndsWith("it is not the one that the TLSA records name", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    /// <summary>RFC 7672 §2.2.2.</summary>
    [Fact(Timeout = Patience)]
    public async Task Of_a_host_with_an_alias_the_records_count_where_it_leads_and_the_certificate_of_that_name_is_asked_for()
    {
        Alias(isEndSigned: true);
        _rig.Zone.Add($"_{_rig.Server.Port}._tcp.host.near.example TLSA {OfMiddle}");
        _rig.Zone.Add($"_{_rig.Server.Port}._tcp.host.near.example SIGNED");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Zone.Add($"{_rig.TlsaName} SIGNED");
        Serve(Middle.Issue("host.near.example"), Middle.Certificate);
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("host.near.example", _rig.Server.AskedFor);

        Serve(Middle.Issue("mx.far.example"), Middle.Certificate);
        Assert.EndsWith("it is for another name", await _rig.WaitsAsync(FailureClass.TlsPolicy, Ct), StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_it_leads_to_has_none_or_is_not_signed_the_records_of_its_own_name_count(bool isEndSigned)
    {
        Alias(isEndSigned);
        _rig.Zone.Add($"_{_rig.Server.Port}._tcp.host.near.example TLSA {OfMiddle}");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Zone.Add($"{_rig.TlsaName} SIGNED");
        _rig.Server.Certificate = Other;
        await _rig.RefusedAsync(Ct);
        _rig.Server.Certificate = Right;
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("mx.far.example", _rig.Server.AskedFor);
    }

    [Fact(Timeout = Patience)]
    public async Task Records_kept_away_where_it_leads_are_not_made_up_for_by_its_own()
    {
        Alias(isEndSigned: true);
        _rig.Zone.Add($"_{_rig.Server.Port}._tcp.host.near.example FAILS");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Zone.Add($"{_rig.TlsaName} SIGNED");
        _rig.Server.Certificate = Right;
        Assert.Contains("TLSA records of host.near.example", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    /// <summary>Whoever keeps an answer from us must not gain by it. RFC 7672 §2.1.2.</summary>
    [Fact(Timeout = Patience)]
    public async Task An_alias_that_cannot_be_looked_up_is_not_taken_for_one_that_nobody_signed()
    {
        Alias(isEndSigned: false);
        _rig.Zone.Add("mx.far.example FAILS CNAME");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Zone.Add($"{_rig.TlsaName} SIGNED");
        Assert.Contains("could not be looked up", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(0, _rig.Server.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task Addresses_that_are_kept_away_once_the_host_was_found_are_not_taken_for_unsigned_ones()
    {
        _rig.Sign(OfRight);
        _rig.Zone.Add("mx.far.example FAILS AAAA");
        int asked = 0;
        _rig.Zone.Delay = _ =>
        {
            // The first answer is enough to call the host; the second would say that it is signed.
            if (_rig.Zone.Asked[^1] == "A mx.far.example" && ++asked == 2)
                _rig.Zone.Add("mx.far.example FAILS A");
            return Task.CompletedTask;
        };
        Assert.Contains("could not be looked up", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
        Assert.Equal((2, 0), (asked, _rig.Server.Connections));
    }

    [Fact(Timeout = Patience)]
    public async Task An_alias_that_nobody_signed_leads_to_no_records()
    {
        Alias(isEndSigned: true, isSigned: false);
        _rig.Zone.Add($"_{_rig.Server.Port}._tcp.host.near.example TLSA {OfRight}");
        _rig.Zone.Add($"_{_rig.Server.Port}._tcp.host.near.example SIGNED");
        _rig.Zone.Add($"{_rig.TlsaName} TLSA {OfRight}");
        _rig.Zone.Add($"{_rig.TlsaName} SIGNED");
        _rig.Server.Certificate = Other;
        Assert.Equal("TLS 1.3", await _rig.DeliveredAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Records_for_others_than_mail_demand_TLS_and_no_certificate()
    {
        _rig.Sign($"1 1 1 {TransportRig.KeyOf(Right)}", "3 1 1 00", "3 7 1 00", "9 1 9 00");
        Assert.Contains("offers none", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
        _rig.Server.Certificate = Other;
        Assert.EndsWith("(DANE, no record of use)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Records_of_no_use_do_not_weaken_what_the_policy_demands()
    {
        _rig.Sign($"1 1 1 {TransportRig.KeyOf(Right)}");
        _rig.Announce("enforce");
        _rig.Server.Certificate = Right;
        Assert.Contains("the MTA-STS policy of far.example", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
        _rig.Server.Certificate = Other;
        Assert.EndsWith("verified (MTA-STS)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task The_weaker_digest_does_not_count_beside_the_stronger()
    {
        string other = Convert.ToHexString(SHA512.HashData("another key"u8));
        _rig.Sign(OfRight, $"3 1 2 {other}");
        _rig.Server.Certificate = Right;
        await _rig.RefusedAsync(Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task DANE_comes_before_MTA_STS_in_what_it_allows()
    {
        _rig.Sign(OfRight);
        _rig.Announce("enforce", mx: "other.far.example");
        _rig.Server.Certificate = Right;
        Assert.EndsWith("verified (DANE)", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task DANE_comes_before_MTA_STS_in_what_it_forbids()
    {
        _rig.Sign(OfRight);
        _rig.Announce("enforce");
        _rig.Server.Certificate = Other;
        Assert.Contains("TLSA records", await _rig.RefusedAsync(Ct), StringComparison.Ordinal);
    }

    /// <summary>The server's name in the MX record is an alias for host.near.example.</summary>
    private void Alias(bool isEndSigned, bool isSigned = true)
    {
        _rig.Zone.Remove("mx.far.example");
        _rig.Zone.Add("far.example SIGNED");
        _rig.Zone.Add("mx.far.example CNAME host.near.example");
        if (isSigned)
            _rig.Zone.Add("mx.far.example SIGNED");
        _rig.Zone.Add("host.near.example A 127.0.0.1");
        if (isEndSigned)
            _rig.Zone.Add("host.near.example SIGNED");
    }

    private void Serve(X509Certificate2 certificate, X509Certificate2 with)
    {
        _rig.Server.Certificate = certificate;
        _rig.Server.Authorities.Add(with);
    }
}
