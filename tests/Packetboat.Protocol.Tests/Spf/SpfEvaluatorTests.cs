using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Spf;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.Spf;

public sealed class SpfEvaluatorTests
{
    private const string Host = "192.0.2.1";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("v=spf1 ip4:192.0.2.0/24 -all", SpfResult.Pass, "ip4:192.0.2.0/24")]
    [InlineData("v=spf1 ip4:192.0.3.0/24 -all", SpfResult.Fail, "-all")]
    [InlineData("V=SPF1 IP4:192.0.2.1 ~ALL", SpfResult.Pass, "IP4:192.0.2.1")]
    [InlineData("v=spf1 ip4:192.0.2.2/31 ~all", SpfResult.SoftFail, "~all")]
    [InlineData("v=spf1 ip4:192.0.2.0/31 ~all", SpfResult.Pass, "ip4:192.0.2.0/31")]
    [InlineData("v=spf1 ip4:0.0.0.0/0", SpfResult.Pass, "ip4:0.0.0.0/0")]
    [InlineData("v=spf1 ?all", SpfResult.Neutral, "?all")]
    [InlineData("v=spf1", SpfResult.Neutral, null)]
    [InlineData("v=spf1  ip4:192.0.2.1 ", SpfResult.Pass, "ip4:192.0.2.1")]
    [InlineData("v=spf1 unknown=%{d}x -all", SpfResult.Fail, "-all")]
    [InlineData("v=spf1 -ip4:192.0.2.1 +all", SpfResult.Fail, "-ip4:192.0.2.1")]
    [InlineData("v=spf1 ip6:::ffff:192.0.2.1 -all", SpfResult.Fail, "-all")]
    public async Task A_record_says_who_may(string record, SpfResult expected, string? term)
    {
        SpfVerdict verdict = await CheckAsync($"d.example TXT {record}");

        Assert.Equal((expected, term), (verdict.Result, verdict.Mechanism));
        Assert.NotEmpty(verdict.Reason);
    }

    [Theory]
    [InlineData("v=spf1 ip4:192.0.2.1 foo -all")]
    [InlineData("v=spf1 ip4:192.0.2.1 a: -all")]
    [InlineData("v=spf1 ip4:192.0.2.1 include -all")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:d -all")]
    [InlineData("v=spf1 ip4:192.0.2.1 all:d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 a/33")]
    [InlineData("v=spf1 ip4:192.0.2.1 a//129")]
    [InlineData("v=spf1 ip4:192.0.2.1 a/024")]
    [InlineData("v=spf1 ip4:192.0.2.1 ip4:192.0.2")]
    [InlineData("v=spf1 ip4:192.0.2.1 ip4:192.0.02.1")]
    [InlineData("v=spf1 ip4:192.0.2.1 ip4:192.0.2.1//32")]
    [InlineData("v=spf1 ip4:192.0.2.1 ip6:192.0.2.1")]
    [InlineData("v=spf1 ip4:192.0.2.1 ip6:fe80::1%eth0")]
    [InlineData("v=spf1 ip4:192.0.2.1 redirect=d.example redirect=d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 exp=d.example exp=d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:%{x}.d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:%{c}.d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:%{d0}.d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:%{d.d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:%d.example")]
    [InlineData("v=spf1 ip4:192.0.2.1 a:d.example.123")]
    [InlineData("v=spf1 ip4:192.0.2.1 \u00fc")]
    public async Task A_mistake_anywhere_spoils_the_record_even_behind_a_match(string record)
    {
        SpfVerdict verdict = await CheckAsync($"d.example TXT {record}");

        Assert.Equal(SpfResult.PermError, verdict.Result);
        Assert.Contains("d.example", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_names_count_with_their_prefix()
    {
        Assert.Equal("a", (await CheckAsync("d.example TXT v=spf1 a -all", $"d.example A {Host}")).Mechanism);
        Assert.Equal(
            "a:h.example/24",
            (await CheckAsync("d.example TXT v=spf1 a:h.example/24 -all", "h.example A 192.0.2.77")).Mechanism
        );
        Assert.Equal(
            "a:h:1/2.example",
            (await CheckAsync("d.example TXT v=spf1 a:h:1/2.example -all", $"h:1/2.example A {Host}")).Mechanism
        );
        Assert.Equal("-all", (await CheckAsync("d.example TXT v=spf1 a:h.example -all", "h.example A 192.0.2.77")).Mechanism);
        Assert.Equal(
            "mx",
            (await CheckAsync("d.example TXT v=spf1 mx -all", "d.example MX 10 h.example", $"h.example A {Host}")).Mechanism
        );
        // No MX is not the domain itself here. RFC 7208 §5.4.
        Assert.Equal("-all", (await CheckAsync("d.example TXT v=spf1 mx -all", $"d.example A {Host}")).Mechanism);
    }

    [Fact]
    public async Task Both_kinds_of_addresses_have_a_prefix_of_their_own()
    {
        string[] zone = ["d.example TXT v=spf1 a/24//64 -all", "d.example AAAA 2001:db8::1", "d.example A 192.0.2.99"];

        Assert.Equal(SpfResult.Pass, (await CheckFromAsync("2001:db8::ffff", zone)).Result);
        Assert.Equal(SpfResult.Fail, (await CheckFromAsync("2001:db8:0:1::1", zone)).Result);
        Assert.Equal(SpfResult.Pass, (await CheckFromAsync(Host, zone)).Result);
        Assert.Equal(SpfResult.Pass, (await CheckFromAsync($"::ffff:{Host}", zone)).Result);
    }

    [Theory]
    [InlineData("v=spf1 ip4:192.0.2.1 -all", SpfResult.Pass, "include:b.example")]
    [InlineData("v=spf1 -all", SpfResult.SoftFail, "~all")]
    [InlineData("v=spf1 ?all", SpfResult.SoftFail, "~all")]
    [InlineData("v=spf1 nonsense", SpfResult.PermError, null)]
    [InlineData("no SPF", SpfResult.PermError, null)]
    public async Task What_is_included_either_matches_or_not_and_must_exist(string included, SpfResult expected, string? term)
    {
        SpfVerdict verdict = await CheckAsync("d.example TXT v=spf1 include:b.example ~all", $"b.example TXT {included}");

        Assert.Equal((expected, term), (verdict.Result, verdict.Mechanism));
    }

    [Fact]
    public async Task A_redirect_goes_on_with_another_record_unless_all_is_said()
    {
        string other = "b.example TXT v=spf1 a:%{d} -all";

        Assert.Equal(SpfResult.Fail, (await CheckAsync("d.example TXT v=spf1 redirect=b.example", other)).Result);
        Assert.Equal(
            SpfResult.Pass,
            (await CheckAsync("d.example TXT v=spf1 redirect=b.example", other, $"b.example A {Host}")).Result
        );
        Assert.Equal(SpfResult.Neutral, (await CheckAsync("d.example TXT v=spf1 redirect=b.example ?all", other)).Result);
        Assert.Equal(SpfResult.PermError, (await CheckAsync("d.example TXT v=spf1 redirect=c.example", other)).Result);
    }

    [Fact]
    public async Task The_hosts_name_counts_only_if_it_leads_back()
    {
        string record = "d.example TXT v=spf1 ptr -all";

        Assert.Equal("ptr", (await CheckAsync(record, $"{Host} PTR mail.d.example", $"mail.d.example A {Host}")).Mechanism);
        Assert.Equal("-all", (await CheckAsync(record, $"{Host} PTR mail.d.example", "mail.d.example A 192.0.2.2")).Mechanism);
        Assert.Equal("-all", (await CheckAsync(record, $"{Host} PTR evild.example", $"evild.example A {Host}")).Mechanism);
        Assert.Equal("-all", (await CheckAsync(record, $"{Host} FAILS")).Mechanism);
    }

    /// <summary>RFC 7208 §7.4, all of its examples.</summary>
    [Theory]
    [InlineData("%{s}", "strong-bad@email.example.com")]
    [InlineData("%{o}", "email.example.com")]
    [InlineData("%{d}", "email.example.com")]
    [InlineData("%{d4}", "email.example.com")]
    [InlineData("%{d3}", "email.example.com")]
    [InlineData("%{d2}", "example.com")]
    [InlineData("%{d1}", "com")]
    [InlineData("%{dr}", "com.example.email")]
    [InlineData("%{d2r}", "example.email")]
    [InlineData("%{l}", "strong-bad")]
    [InlineData("%{l-}", "strong.bad")]
    [InlineData("%{lr}", "strong-bad")]
    [InlineData("%{lr-}", "bad.strong")]
    [InlineData("%{l1r-}", "strong")]
    [InlineData("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com")]
    [InlineData("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com")]
    [InlineData("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net")]
    [InlineData("%{S}%%%_%-", "strong-bad%40email.example.com% %20")]
    [InlineData("%{c} %{r} %{t}", "192.0.2.3 hub.example 1795608000")]
    public async Task Macros_become_what_the_standard_says(string macro, string expected)
    {
        SpfVerdict verdict = await CheckAsync(
            new SpfQuestion(IPAddress.Parse("192.0.2.3"), "strong-bad@email.example.com", "helo.example"),
            "email.example.com TXT v=spf1 -all exp=why.example",
            $"why.example TXT {macro}"
        );

        Assert.Equal(expected, verdict.Explanation);
    }

    [Fact]
    public async Task An_ipv6_address_becomes_nibbles()
    {
        SpfVerdict verdict = await CheckAsync(
            new SpfQuestion(IPAddress.Parse("2001:db8::cb01"), "a@d.example", "helo.example"),
            "d.example TXT v=spf1 -all exp=why.example",
            "why.example TXT %{ir}.%{v} %{c}"
        );

        Assert.Equal("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6 2001:db8::cb01", verdict.Explanation);
    }

    [Fact]
    public async Task A_name_that_grows_too_long_loses_labels_on_its_left()
    {
        string label = new('x', 60);
        string domain = $"{label}.{label}.{label}.example";
        var zone = new ZoneResolver($"{domain} TXT v=spf1 exists:%{{d}}.%{{d}} -all");

        await new SpfEvaluator(zone, _time).EvaluateAsync(Question($"a@{domain}"), Ct);

        Assert.Equal($"A example.{domain}", zone.Asked[^1]);
    }

    [Fact]
    public async Task Ten_look_ups_are_allowed_in_all_records_together_and_no_eleventh()
    {
        string ten = string.Join(' ', Enumerable.Range(0, 9).Select(i => $"a:h{i % 2}.example"));
        string[] hosts = ["h0.example A 192.0.2.9", "h1.example A 192.0.2.9", "h2.example A 192.0.2.1"];

        Assert.Equal(SpfResult.Pass, (await CheckAsync([$"d.example TXT v=spf1 {ten} a:h2.example -all", .. hosts])).Result);
        Assert.Equal(
            SpfResult.PermError,
            (await CheckAsync([$"d.example TXT v=spf1 a:h0.example {ten} a:h2.example -all", .. hosts])).Result
        );
        Assert.Equal(SpfResult.PermError, (await CheckAsync("d.example TXT v=spf1 include:d.example -all")).Result);
        Assert.Equal(SpfResult.PermError, (await CheckAsync("d.example TXT v=spf1 redirect=d.example")).Result);
    }

    [Fact]
    public async Task Two_look_ups_may_find_nothing_and_no_third()
    {
        Assert.Equal(SpfResult.Fail, (await CheckAsync("d.example TXT v=spf1 a:x1.example exists:x2.example -all")).Result);
        Assert.Equal(
            SpfResult.PermError,
            (await CheckAsync("d.example TXT v=spf1 a:x1.example mx:x2.example a:x3.example -all")).Result
        );
    }

    [Fact]
    public async Task A_host_without_a_name_is_a_look_up_that_finds_nothing_each_time_it_is_asked_for()
    {
        Assert.Equal(SpfResult.Fail, (await CheckAsync("d.example TXT v=spf1 ptr ptr -all")).Result);
        Assert.Equal(SpfResult.PermError, (await CheckAsync("d.example TXT v=spf1 ptr ptr ptr -all")).Result);
    }

    [Fact]
    public async Task More_than_ten_mx_are_too_many()
    {
        IEnumerable<string> hosts = Enumerable
            .Range(0, 11)
            .SelectMany(i => new[] { $"d.example MX 10 h{i}.example", $"h{i}.example A {Host}" });

        Assert.Equal(SpfResult.PermError, (await CheckAsync(["d.example TXT v=spf1 mx -all", .. hosts])).Result);
        Assert.Equal(SpfResult.Pass, (await CheckAsync(["d.example TXT v=spf1 mx -all", .. hosts.Take(20)])).Result);
    }

    [Theory]
    [InlineData("d.example FAILS")]
    [InlineData("d.example TXT v=spf1 a:h.example -all;h.example FAILS")]
    [InlineData("d.example TXT v=spf1 mx:h.example -all;h.example FAILS")]
    [InlineData("d.example TXT v=spf1 include:h.example -all;h.example FAILS")]
    [InlineData("d.example TXT v=spf1 redirect=h.example;h.example FAILS")]
    [InlineData("d.example TXT v=spf1 exists:h.example -all;h.example FAILS")]
    public async Task Trouble_with_dns_is_said_and_not_taken_for_an_answer(string zone)
    {
        SpfVerdict verdict = await CheckAsync(zone.Split(';'));

        Assert.Equal(SpfResult.TempError, verdict.Result);
        Assert.Contains("the test says so", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a@example")]
    [InlineData("a@[192.0.2.1]")]
    [InlineData("a@b..example")]
    [InlineData("a@unknown.example")]
    [InlineData("a@without.example")]
    public async Task Where_no_record_can_be_there_is_none(string sender)
    {
        SpfVerdict verdict = await CheckAsync(
            new SpfQuestion(IPAddress.Parse(Host), sender, ""),
            "without.example TXT something else",
            "without.example TXT v=spf10 -all"
        );

        Assert.Equal(SpfResult.None, verdict.Result);
    }

    [Fact]
    public async Task Two_records_are_a_mistake() =>
        Assert.Equal(SpfResult.PermError, (await CheckAsync("d.example TXT v=spf1 +all", "d.example TXT v=spf1 -all")).Result);

    [Fact]
    public async Task The_null_sender_is_postmaster_at_the_name_the_host_gives()
    {
        SpfVerdict verdict = await CheckAsync(
            new SpfQuestion(IPAddress.Parse(Host), "", "helo.example"),
            "helo.example TXT v=spf1 -all exp=why.example",
            "why.example TXT %{s} %{h}"
        );

        Assert.Equal((SpfResult.Fail, "helo.example"), (verdict.Result, verdict.Domain));
        Assert.Equal("postmaster@helo.example helo.example", verdict.Explanation);
    }

    [Theory]
    [InlineData("why.example TXT one;why.example TXT two")]
    [InlineData("why.example TXT %{x}")]
    [InlineData("why.example FAILS")]
    [InlineData("other.example TXT one")]
    [InlineData("why.example TXT \u00fcber")]
    public async Task An_explanation_that_is_not_right_is_left_out(string zone)
    {
        SpfVerdict verdict = await CheckAsync(["d.example TXT v=spf1 -all exp=why.example", .. zone.Split(';')]);

        Assert.Equal((SpfResult.Fail, null), (verdict.Result, verdict.Explanation));
    }

    [Fact]
    public async Task The_explanation_is_that_of_the_record_that_decided()
    {
        string[] others = ["b.example TXT v=spf1 -all exp=b-why.example", "b-why.example TXT b", "d-why.example TXT d"];

        Assert.Equal(
            "b",
            (await CheckAsync(["d.example TXT v=spf1 redirect=b.example exp=d-why.example", .. others])).Explanation
        );
        Assert.Equal(
            "d",
            (await CheckAsync(["d.example TXT v=spf1 include:b.example -all exp=d-why.example", .. others])).Explanation
        );
    }

    [Fact]
    public async Task A_check_that_takes_too_long_ends()
    {
        var zone = new ZoneResolver("d.example TXT v=spf1 a -all")
        {
            Delay = ct => Task.Delay(Timeout.InfiniteTimeSpan, _time, ct),
        };
        ValueTask<SpfVerdict> check = new SpfEvaluator(zone, _time).EvaluateAsync(Question("a@d.example"), Ct);

        _time.Advance(SpfEvaluator.Patience);

        Assert.Equal(SpfResult.TempError, (await check).Result);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static SpfQuestion Question(string sender) => new(IPAddress.Parse(Host), sender, "helo.example");

    private Task<SpfVerdict> CheckAsync(params string[] zone) => CheckAsync(Question("a@d.example"), zone);

    private Task<SpfVerdict> CheckFromAsync(string address, string[] zone) =>
        CheckAsync(new SpfQuestion(IPAddress.Parse(address), "a@d.example", "helo.example"), zone);

    private async Task<SpfVerdict> CheckAsync(SpfQuestion question, params string[] zone) =>
        await new SpfEvaluator(new ZoneResolver(zone), _time, "hub.example").EvaluateAsync(question, Ct);
}
