using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Tests.Configuration;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>Whether receivers will take mail from our IPv6 address.</summary>
public sealed class Ipv6StandingTests
{
    private static readonly IPAddress Ours = IPAddress.Parse("2001:db8::5");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "2001:db8::5 has no reverse name (PTR)")]
    [InlineData("2001:db8::5 PTR node.example", "2001:db8::5 is node.example, which is not 2001:db8::5")]
    [InlineData(
        "2001:db8::5 PTR other.example|other.example AAAA 2001:db8::5",
        "2001:db8::5 is other.example, and we say EHLO node.example, which is not 2001:db8::5"
    )]
    [InlineData("2001:db8::5 FAILS", "the reverse name of 2001:db8::5 could not be looked up: the test says so")]
    [InlineData(
        "2001:db8::5 PTR node.example|node.example FAILS",
        "the reverse name of 2001:db8::5 could not be looked up: the test says so"
    )]
    [InlineData(Named, "a.example has no SPF record that allows 2001:db8::5")]
    [InlineData(Named + "|a.example TXT v=spf1 ip4:192.0.2.1 -all", "SPF of a.example does not allow 2001:db8::5 (fail)")]
    [InlineData(Named + "|a.example TXT v=spf1 ?all", "SPF of a.example does not allow 2001:db8::5 (neutral)")]
    [InlineData(Named + "|a.example TXT v=spf1 ip6:2001:db8::/64 -all", "")]
    [InlineData(
        "2001:db8::5 PTR other.example|other.example AAAA 2001:db8::5|node.example AAAA 2001:db8::5|a.example TXT v=spf1 a:node.example -all",
        ""
    )]
    public async Task Nothing_leaves_from_an_address_that_would_be_held_against_it(string zone, string why) =>
        Assert.Equal(why, await Standing(zone).WhyNotAsync(Ours, MailAddress.Parse("joe@a.example"), Ct));

    [Fact]
    public async Task For_the_null_sender_the_name_in_EHLO_stands()
    {
        Ipv6Standing standing = Standing(Named + "|node.example TXT v=spf1 ip6:2001:db8::5 -all");
        Assert.Equal("", await standing.WhyNotAsync(Ours, sender: null, Ct));
        Assert.NotEqual("", await standing.WhyNotAsync(Ours, MailAddress.Parse("joe@a.example"), Ct));
    }

    [Fact]
    public async Task What_was_found_holds_for_a_while_and_is_looked_up_again()
    {
        var dns = new ZoneResolver();
        Ipv6Standing standing = Standing(dns);
        Assert.NotEqual("", await standing.WhyNotAsync(Ours, sender: null, Ct));
        int asked = dns.Asked.Count;
        dns.Add("2001:db8::5 PTR node.example");
        dns.Add("node.example AAAA 2001:db8::5");
        dns.Add("node.example TXT v=spf1 ip6:2001:db8::5 -all");
        Assert.NotEqual("", await standing.WhyNotAsync(Ours, sender: null, Ct));
        Assert.Equal(asked, dns.Asked.Count);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("", await standing.WhyNotAsync(Ours, sender: null, Ct));
    }

    [Fact]
    public async Task What_could_not_be_looked_up_is_looked_up_again_soon()
    {
        var dns = new ZoneResolver("2001:db8::5 FAILS");
        Ipv6Standing standing = Standing(dns);
        await standing.WhyNotAsync(Ours, sender: null, Ct);
        int asked = dns.Asked.Count;
        _time.Advance(TimeSpan.FromMinutes(1));
        await standing.WhyNotAsync(Ours, sender: null, Ct);
        Assert.True(dns.Asked.Count > asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_resolver_that_says_nothing_is_waited_for_ten_seconds()
    {
        var silent = new TaskCompletionSource();
        var dns = new ZoneResolver
        {
            Delay = async ct =>
            {
                silent.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
            },
        };
        Task<string> asked = Standing(dns).WhyNotAsync(Ours, sender: null, Ct).AsTask();
        await silent.Task;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("within 10 seconds", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operator_may_force_it_either_way()
    {
        Assert.Equal("", await Standing("", "always").WhyNotAsync(Ours, sender: null, Ct));
        Assert.Equal("Ipv6 = never", await Standing("", "never").WhyNotAsync(Ours, sender: null, Ct));
        Assert.Equal("this machine has no IPv6 address for it", await Standing("").WhyNotAsync(null, sender: null, Ct));
    }

    private const string Named = "2001:db8::5 PTR node.example|node.example AAAA 2001:db8::5";

    private Ipv6Standing Standing(string zone, string mode = "auto") =>
        Standing(new ZoneResolver(zone.Split('|', StringSplitOptions.RemoveEmptyEntries)), mode);

    private Ipv6Standing Standing(ZoneResolver dns, string mode = "auto")
    {
        Settings settings = ConfigurationFolder
            .ReadFile("[Mail]\nHostName = node.example\nDNSServer = 127.0.0.1\n", $"[Delivery]\nIpv6 = {mode}\n")
            .Settings!;
        return new Ipv6Standing(dns, () => settings, _time);
    }
}
