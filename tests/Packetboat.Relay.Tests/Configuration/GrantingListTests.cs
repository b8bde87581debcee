using System.Net;
using System.Text;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>What a line of <c>relay.cfg</c> may grant.</summary>
public sealed class GrantingListTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("*")]
    [InlineData("~")]
    [InlineData("^")]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("!10.0.0.1")]
    public void A_line_that_stands_for_everybody_names_nobody(string line)
    {
        Assert.False(Names(line, "192.0.2.1"));
        Assert.False(Names(line, "2001:db8::1"));
    }

    [Theory]
    [InlineData("192.168.1.~")]
    [InlineData("*.168.1.5")]
    [InlineData("192.168.1.5~")]
    public void An_IPv6_address_that_is_made_to_look_like_an_IPv4_address_is_not_taken_for_it(string line)
    {
        Assert.False(Names(line, "2001:db8:1:2:0:5efe:c0a8:105"));
        Assert.True(Names(line, "192.168.1.5"));
    }

    private static bool Names(string line, string address) =>
        FilterList.Parse(Encoding.ASCII.GetBytes(line + "\n")).Names(IPAddress.Parse(address), hostName: null, Now);
}
