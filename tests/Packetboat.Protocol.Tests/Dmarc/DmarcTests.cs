using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.Dmarc;

public sealed class DmarcTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("com", "com")]
    [InlineData("example.com", "example.com")]
    [InlineData("a.b.example.com", "example.com")]
    [InlineData("A.B.Example.COM.", "example.com")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("example.co.uk", "example.co.uk")]
    [InlineData("www.example.co.uk", "example.co.uk")]
    [InlineData("a.b.kawasaki.jp", "a.b.kawasaki.jp")]
    [InlineData("x.a.b.kawasaki.jp", "a.b.kawasaki.jp")]
    [InlineData("x.city.kawasaki.jp", "city.kawasaki.jp")]
    [InlineData("www.www.ck", "www.ck")]
    [InlineData("user.github.io", "user.github.io")]
    [InlineData("a.b.unlisted", "b.unlisted")]
    [InlineData("mail.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn")]
    [InlineData("", "")]
    public void An_organization_begins_below_what_the_public_registers_under(string domain, string organization) =>
        Assert.Equal(organization, PublicSuffixList.Embedded.OrganizationalDomain(domain));

    [Theory]
    [InlineData("v=DMARC1; p=none", DmarcPolicy.None, DmarcPolicy.None, 100, false, false)]
    [InlineData(
        "v=DMARC1; p=reject; sp=quarantine; pct=42; adkim=s; aspf=s",
        DmarcPolicy.Reject,
        DmarcPolicy.Quarantine,
        42,
        true,
        true
    )]
    [InlineData("v=DMARC1;p=Quarantine;", DmarcPolicy.Quarantine, DmarcPolicy.Quarantine, 100, false, false)]
    [InlineData(
        "v = DMARC1 ; p = reject ; unknown=1; adkim=x; pct=101",
        DmarcPolicy.Reject,
        DmarcPolicy.Reject,
        100,
        false,
        false
    )]
    [InlineData("v=DMARC1; rua=mailto:a@d.example!10m", DmarcPolicy.None, DmarcPolicy.None, 100, false, false)]
    [InlineData("v=DMARC1; p=reject; sp=what; rua=mailto:a@d.example", DmarcPolicy.None, DmarcPolicy.None, 100, false, false)]
    public void A_record_says(string text, DmarcPolicy policy, DmarcPolicy subdomains, int percent, bool dkim, bool spf)
    {
        Assert.True(DmarcRecord.TryParse(text, out DmarcRecord? record, out _));
        Assert.Equal((policy, subdomains, percent), (record.Policy, record.SubdomainPolicy, record.Percent));
        Assert.Equal((dkim, spf), (record.IsDkimStrict, record.IsSpfStrict));
    }

    [Theory]
    [InlineData("v=DMARC1")]
    [InlineData("v=DMARC1; p=what")]
    [InlineData("v=DMARC1; p=reject; p=none")]
    [InlineData("v=DMARC1; p=reject; sp=what; rua=nonsense")]
    [InlineData("p=reject; v=DMARC1")]
    [InlineData("v=dmarc1; p=reject")]
    public void A_record_without_a_policy_is_none(string text)
    {
        Assert.False(DmarcRecord.TryParse(text, out _, out string? fault));
        Assert.NotEmpty(fault);
    }

    [Theory]
    [InlineData("d.example", "", "", DmarcResult.Pass)]
    [InlineData("mail.d.example", "", "", DmarcResult.Pass)]
    [InlineData("mail.d.example", "", "; aspf=s", DmarcResult.Fail)]
    [InlineData("d.example", "", "; aspf=s", DmarcResult.Pass)]
    [InlineData("other.example", "", "", DmarcResult.Fail)]
    [InlineData("", "d.example", "", DmarcResult.Pass)]
    [InlineData("", "mail.d.example", "", DmarcResult.Pass)]
    [InlineData("", "mail.d.example", "; adkim=s", DmarcResult.Fail)]
    [InlineData("", "other.example", "", DmarcResult.Fail)]
    [InlineData("other.example", "d.example", "", DmarcResult.Pass)]
    public async Task Either_proof_does_if_it_is_of_the_same_organization(
        string spf,
        string dkim,
        string tags,
        DmarcResult expected
    )
    {
        DmarcVerdict verdict = await EvaluateAsync(
            ["d.example"],
            Spf(spf),
            Dkim(dkim),
            $"_dmarc.d.example TXT v=DMARC1; p=reject{tags}"
        );

        Assert.Equal((expected, DmarcPolicy.Reject), (verdict.Result, verdict.Policy));
        Assert.NotEmpty(verdict.Reason);
    }

    [Fact]
    public async Task A_subdomain_without_a_record_has_its_organizations_policy_for_subdomains()
    {
        string[] zone = ["_dmarc.d.example TXT v=DMARC1; p=reject; sp=quarantine", "_dmarc.own.d.example TXT v=DMARC1; p=none"];

        DmarcVerdict below = await EvaluateAsync(["a.b.d.example"], Spf(""), Dkim(""), zone);
        DmarcVerdict own = await EvaluateAsync(["own.d.example"], Spf(""), Dkim(""), zone);

        Assert.Equal(("d.example", DmarcPolicy.Quarantine), (below.PolicyDomain, below.Policy));
        Assert.Equal(("own.d.example", DmarcPolicy.None), (own.PolicyDomain, own.Policy));
    }

    [Fact]
    public async Task Without_a_record_it_counts_whether_the_domain_is_there()
    {
        DmarcVerdict there = await EvaluateAsync(["d.example"], Spf("d.example"), Dkim(""), "d.example A 192.0.2.1");
        DmarcVerdict nowhere = await EvaluateAsync(["x.d.example"], Spf(""), Dkim(""), "d.example A 192.0.2.1");
        DmarcVerdict unknown = await EvaluateAsync(["x.d.example"], Spf(""), Dkim(""), "x.d.example FAILS");

        Assert.Equal((DmarcResult.None, true), (there.Result, there.DomainExists));
        Assert.Equal((DmarcResult.None, false), (nowhere.Result, nowhere.DomainExists));
        Assert.True(unknown.DomainExists);
    }

    [Fact]
    public async Task Of_several_authors_the_worst_off_counts()
    {
        string[] zone =
        [
            "_dmarc.d.example TXT v=DMARC1; p=none",
            "_dmarc.e.example TXT v=DMARC1; p=reject",
            "_dmarc.f.example TXT v=DMARC1; p=quarantine",
        ];

        DmarcVerdict verdict = await EvaluateAsync(["d.example", "e.example", "f.example"], Spf("d.example"), Dkim(""), zone);

        Assert.Equal(("e.example", DmarcResult.Fail, DmarcPolicy.Reject), (verdict.Domain, verdict.Result, verdict.Policy));
    }

    [Theory]
    [InlineData("_dmarc.d.example FAILS", DmarcResult.TempError)]
    [InlineData("_dmarc.d.example TXT v=DMARC1; p=none;_dmarc.d.example TXT v=DMARC1; p=none", DmarcResult.PermError)]
    [InlineData("_dmarc.d.example TXT v=DMARC1; p=what", DmarcResult.PermError)]
    [InlineData("_dmarc.d.example TXT v=spf1 -all;d.example A 192.0.2.1", DmarcResult.None)]
    public async Task Records_that_say_nothing_are_told_apart(string zone, DmarcResult expected) =>
        Assert.Equal(
            expected,
            (
                await EvaluateAsync(
                    ["d.example"],
                    Spf("d.example"),
                    Dkim(""),
                    zone.Replace(";_", "\n_", StringComparison.Ordinal).Replace(";d", "\nd", StringComparison.Ordinal).Split('\n')
                )
            ).Result
        );

    [Fact]
    public async Task Trouble_with_dns_on_an_aligned_proof_is_no_failure()
    {
        var spf = new SpfVerdict(SpfResult.TempError, "d.example", "no answer");
        DmarcVerdict verdict = await EvaluateAsync(["d.example"], spf, Dkim(""), "_dmarc.d.example TXT v=DMARC1; p=reject");
        Assert.Equal(DmarcResult.TempError, verdict.Result);

        verdict = await EvaluateAsync(["e.example"], spf, Dkim(""), "_dmarc.e.example TXT v=DMARC1; p=reject");
        Assert.Equal(DmarcResult.Fail, verdict.Result);
    }

    [Theory]
    [InlineData("From: a@d.example", "d.example")]
    [InlineData("From: \"x <y@evil.example>\" <a@D.Example>", "d.example")]
    [InlineData("From: =?utf-8?q?x=40evil.example?= <a@d.example>", "d.example")]
    [InlineData("From: a@d.example,\r\n b@e.example, c@D.example", "d.example e.example")]
    [InlineData("From: friends: a@d.example, b@e.example;", "d.example e.example")]
    public void Authors_are_read_from_From(string field, string domains)
    {
        Assert.True(AuthorList.TryReadDomains(Header(field), out IReadOnlyList<string>? found, out _));
        Assert.Equal(domains, string.Join(' ', found));
    }

    [Theory]
    [InlineData("To: a@d.example")]
    [InlineData("From: a@d.example\r\nFrom: b@d.example")]
    [InlineData("From: ")]
    [InlineData("From: nobody")]
    [InlineData("From: undisclosed:;")]
    public void What_names_no_author_is_said(string field)
    {
        Assert.False(AuthorList.TryReadDomains(Header(field), out _, out string? fault));
        Assert.NotEmpty(fault);
    }

    private static HeaderBlock Header(string fields)
    {
        var header = new HeaderBlock();
        header.Append(Encoding.UTF8.GetBytes(fields + "\r\n\r\n"));
        return header;
    }

    private static SpfVerdict Spf(string domain) =>
        domain.Length == 0 ? new SpfVerdict(SpfResult.Fail, "d.example", "no") : new SpfVerdict(SpfResult.Pass, domain, "yes");

    private static IReadOnlyList<DkimVerdict> Dkim(string domain) =>
        [
            domain.Length == 0
                ? new DkimVerdict(DkimResult.None, "", "", "no")
                : new DkimVerdict(DkimResult.Pass, domain, "s", "yes"),
        ];

    private static async Task<DmarcVerdict> EvaluateAsync(
        IReadOnlyList<string> authors,
        SpfVerdict spf,
        IReadOnlyList<DkimVerdict> dkim,
        params string[] zone
    ) => await new DmarcEvaluator(new ZoneResolver(zone), PublicSuffixList.Embedded).EvaluateAsync(authors, spf, dkim, Ct);
}
