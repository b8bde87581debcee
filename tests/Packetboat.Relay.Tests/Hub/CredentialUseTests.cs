using Packetboat.Relay.Hub;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Hub;

public sealed class CredentialUseTests
{
    private static readonly CredentialUse Last = new(TestMail.Noon, "192.0.2.1", "PLAIN", "TLS 1.3");

    [Theory]
    [InlineData(0, false)]
    [InlineData(59, false)]
    [InlineData(60, true)]
    [InlineData(-1, true)]
    public void The_same_way_is_news_after_a_minute_or_when_the_clock_was_set_back(int seconds, bool isNews) =>
        Assert.Equal(isNews, (Last with { At = Last.At.AddSeconds(seconds) }).IsNewsAfter(Last));

    [Theory]
    [InlineData(0, "203.0.113.9", "PLAIN", "TLS 1.3", false)]
    [InlineData(1, "203.0.113.9", "PLAIN", "TLS 1.3", true)]
    [InlineData(1, "192.0.2.1", "LOGIN", "TLS 1.3", true)]
    [InlineData(1, "192.0.2.1", "PLAIN", "", true)]
    public void Another_way_is_news_after_a_second(int seconds, string from, string mechanism, string tls, bool isNews) =>
        Assert.Equal(isNews, new CredentialUse(Last.At.AddSeconds(seconds), from, mechanism, tls).IsNewsAfter(Last));

    [Fact]
    public void The_first_use_is_news() => Assert.True(Last.IsNewsAfter(null));

    [Theory]
    [InlineData("laptop", null)]
    [InlineData("join 2026-11-26", null)]
    [InlineData("x", null)]
    [InlineData("", "the length of that name is 0")]
    [InlineData("a23456789012345678901234567890123456789012", "the length of that name is 42")]
    [InlineData("-laptop", "a credential's name begins and ends with a letter or digit")]
    [InlineData("laptop ", "a credential's name begins and ends with a letter or digit")]
    [InlineData("lap/top", "it contains a character that a credential's name may not have")]
    [InlineData("lap\ntop", "it contains a character that a credential's name may not have")]
    public void A_name_is_one_that_can_stand_in_a_line(string name, string? reason)
    {
        Assert.Equal(reason is null, CredentialName.TryParse(name, out Refusal? refusal));
        Assert.Equal(reason, refusal?.Reason);
    }
}
