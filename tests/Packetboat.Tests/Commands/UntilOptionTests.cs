using System.Globalization;
using Packetboat.Commands;
using Packetboat.Relay.Hub;

namespace Packetboat.Tests.Commands;

public sealed class UntilOptionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2h", "2026-11-26T14:00:00Z")]
    [InlineData("3d", "2026-11-29T12:00:00Z")]
    [InlineData("90 m", "2026-11-26T13:30:00Z")]
    [InlineData("1W", "2026-12-03T12:00:00Z")]
    [InlineData("2027-01-31T12:00Z", "2027-01-31T12:00:00Z")]
    [InlineData("2027-01-31T12:00+02:00", "2027-01-31T10:00:00Z")]
    [InlineData("2027-01-31 12:00Z", "2027-01-31T12:00:00Z")]
    public void A_time_or_how_long_is_understood(string text, string expected)
    {
        Assert.True(UntilOption.TryRead(text, Now, out DateTimeOffset? until, out _));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), until);
    }

    [Fact]
    public void A_time_without_a_zone_is_of_this_machine()
    {
        Assert.True(UntilOption.TryRead("2027-01-31T12:00", Now, out DateTimeOffset? until, out _));
        Assert.Equal(new DateTime(2027, 1, 31, 12, 0, 0, DateTimeKind.Local), until!.Value.LocalDateTime);
    }

    [Fact]
    public void Nothing_is_without_an_end()
    {
        Assert.True(UntilOption.TryRead(null, Now, out DateTimeOffset? until, out _));
        Assert.Null(until);
    }

    [Theory]
    [InlineData("", "it is neither a time nor how long")]
    [InlineData("soon", "it is neither a time nor how long")]
    [InlineData("2", "it is neither a time nor how long")]
    [InlineData("1.2.2027", "it is neither a time nor how long")]
    [InlineData("03/04/2027", "it is neither a time nor how long")]
    [InlineData("2027-13-01", "it is neither a time nor how long")]
    [InlineData("2026-11-26T11:59Z", " is past")]
    [InlineData("0h", " is past")]
    public void What_is_neither_or_past_is_said_with_the_remedy(string text, string reason)
    {
        Assert.False(UntilOption.TryRead(text, Now, out _, out Refusal? refusal));
        Assert.EndsWith(reason, refusal.Reason, StringComparison.Ordinal);
        Assert.Contains("2h or 3d", refusal.Remedy, StringComparison.Ordinal);
    }
}
