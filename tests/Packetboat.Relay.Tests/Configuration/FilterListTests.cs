using System.Net;
using System.Text;
using CsCheck;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class FilterListTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("spam.example", "SPAM.example", true)]
    [InlineData("spam.example", "a.spam.example", false)]
    [InlineData("spam~", "my spam here", true)]
    [InlineData("spam^", "spam here", true)]
    [InlineData("spam^", "my spam", false)]
    [InlineData("*.example", "a.example", true)]
    [InlineData("a*z", "abcz", true)]
    [InlineData("ab*bc", "abc", false)]
    [InlineData("a*", "abc", true)]
    [InlineData("  spam", "spam", true)]
    [InlineData(@"a\tb", "a\tb", true)]
    [InlineData("; spam", "; spam", false)]
    [InlineData("", "", false)]
    [InlineData("spam\tt=2020\tr=bad", "spam", true)]
    [InlineData("spam\te=2026-05-04T11:59:59Z", "spam", false)]
    [InlineData("spam\tr=x\te=2026-05-04T12:00:01Z", "spam", true)]
    [InlineData("spam\te=20260504T115959Z", "spam", false)]
    [InlineData("spam\te=whenever", "spam", true)]
    public void A_pattern_fits(string list, string subject, bool expected) =>
        Assert.Equal(expected, Parse(list).Matches(subject, Now));

    [Theory]
    [InlineData("!good.example\n*.example", "good.example", false)]
    [InlineData("!good.example\n*.example", "bad.example", true)]
    [InlineData("*.example\n!good.example", "good.example", true)]
    [InlineData("!good.example", "anything", true)]
    [InlineData("!good.example", "good.example", false)]
    [InlineData("bad\n!good.example", "anything", true)]
    [InlineData("!good.example\nbad", "anything", false)]
    [InlineData("!good.example\n; the end", "anything", true)]
    [InlineData("bad\n!good.example\te=2020-01-01", "anything", false)]
    public void The_first_fit_or_the_end_of_the_list_decides(string list, string subject, bool expected) =>
        Assert.Equal(expected, Parse(list).Matches(subject, Now));

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.9.9.9/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", false)]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.*", "10.1.2.3", true)]
    [InlineData("2001:db8::/32", "2001:db8::5", true)]
    [InlineData("2001:0DB8::0005", "2001:db8::5", true)]
    [InlineData("2001:db8::/32", "2001:db9::5", false)]
    [InlineData("0.0.0.0/0", "2001:db9::5", false)]
    [InlineData("!10.0.0.5\n10.0.0.0/8", "10.0.0.5", false)]
    public void An_address_fits_a_network(string list, string address, bool expected) =>
        Assert.Equal(expected, Parse(list).Matches(IPAddress.Parse(address), null, Now));

    [Theory]
    [InlineData("*.lan", "host.lan", true)]
    [InlineData("192.0.2.9", "host.lan", false)]
    [InlineData("10.1.2.3", "10.1.2.3", false)]
    public void A_host_fits_by_its_name_but_not_by_a_name_that_looks_like_an_address(string list, string host, bool expected)
    {
        var stranger = IPAddress.Parse("198.51.100.7");
        Assert.Equal(expected, Parse(list).Matches(stranger, host, Now));
        Assert.Equal(expected, Parse(list).Names(stranger, host, Now));
    }

    [Fact]
    public void A_list_that_ends_with_an_exception_names_nobody()
    {
        FilterList list = Parse("10.0.0.0/8\n!10.0.0.5");
        Assert.True(list.Matches(IPAddress.Parse("198.51.100.7"), "stranger.example", Now));
        Assert.False(list.Names(IPAddress.Parse("198.51.100.7"), "stranger.example", Now));
        Assert.True(list.Names(IPAddress.Parse("10.0.0.6"), null, Now));
    }

    [Fact]
    public void Whoever_a_list_of_any_octets_names_also_matches_it() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.UInt)
            .Sample(
                (octets, number) =>
                {
                    FilterList list = FilterList.Parse(octets);
                    var address = new IPAddress(number);
                    return !list.Names(address, "host.lan", Now) || list.Matches(address, "host.lan", Now);
                }
            );

    private static FilterList Parse(string text) => FilterList.Parse(Encoding.UTF8.GetBytes(text));
}
