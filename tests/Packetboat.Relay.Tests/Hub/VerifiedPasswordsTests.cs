using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class VerifiedPasswordsTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Only_the_very_same_three_are_remembered()
    {
        var verified = new VerifiedPasswords(_clock);
        verified.Add("MYBBS", "RelayPw1", "verifier");

        Assert.True(verified.Contains("MYBBS", "RelayPw1", "verifier"));
        Assert.False(verified.Contains("OTHER", "RelayPw1", "verifier"));
        Assert.False(verified.Contains("MYBBS", "relaypw1", "verifier"));
        Assert.False(verified.Contains("MYBBS", "RelayPw1", "another verifier"));
        Assert.False(verified.Contains("MYBBSRelayPw1", "", "verifier"));
    }

    [Fact]
    public void It_forgets_after_its_time_and_learns_again()
    {
        var verified = new VerifiedPasswords(_clock);
        verified.Add("MYBBS", "RelayPw1", "verifier");

        _clock.Advance(VerifiedPasswords.Lifetime - TimeSpan.FromTicks(1));
        Assert.True(verified.Contains("MYBBS", "RelayPw1", "verifier"));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(verified.Contains("MYBBS", "RelayPw1", "verifier"));

        verified.Add("MYBBS", "RelayPw1", "verifier");
        Assert.True(verified.Contains("MYBBS", "RelayPw1", "verifier"));
    }

    [Fact]
    public void The_oldest_makes_room_for_the_newest()
    {
        var verified = new VerifiedPasswords(_clock, capacity: 2);
        verified.Add("A", "x", "v");
        verified.Add("B", "x", "v");
        verified.Add("B", "x", "v"); // known already: takes no room
        Assert.True(verified.Contains("A", "x", "v"));

        verified.Add("C", "x", "v");

        Assert.False(verified.Contains("A", "x", "v"));
        Assert.True(verified.Contains("B", "x", "v"));
        Assert.True(verified.Contains("C", "x", "v"));
    }
}
