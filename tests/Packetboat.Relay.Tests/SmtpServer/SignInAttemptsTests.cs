using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.SmtpServer;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>Who is slowed down, who is turned away, and that neither can be turned against the owner of an account.</summary>
public sealed class SignInAttemptsTests
{
    private const string Owner = "MYBBS";

    private readonly FakeTimeProvider _clock = new();
    private readonly SignInAttempts _attempts;

    public SignInAttemptsTests() => _attempts = new(_clock, TimeSpan.FromSeconds(1), 5, TimeSpan.FromMinutes(10));

    private static IPAddress Home { get; } = IPAddress.Parse("192.0.2.10");

    private static IPAddress Elsewhere { get; } = IPAddress.Parse("198.51.100.7");

    [Fact]
    public void An_account_of_ones_own_is_no_licence_to_guess_at_the_others()
    {
        for (int i = 0; i < 4; i++)
            _attempts.Failed(Home, "VICTIM");
        _attempts.Succeeded(Home, "MALLORY");
        _attempts.Failed(Home, "VICTIM");

        Assert.True(_attempts.IsBanned(Home, "VICTIM"));
        Assert.True(_attempts.IsBanned(Home, "ANOTHER"));
    }

    [Fact]
    public void From_the_threshold_on_each_failure_of_an_address_looks_like_guessing_and_a_success_ends_it()
    {
        var attempts = new SignInAttempts(_clock, TimeSpan.Zero, 0, TimeSpan.Zero, hackThreshold: 3);
        SignInSuspicion?[] suspected = [.. Enumerable.Range(0, 5).Select(i => attempts.Failed(Home, $"NODE{i % 2}"))];
        Assert.Equal([null, null, new(3, IsNews: true), new(4, IsNews: false), new(5, IsNews: false)], suspected);
        Assert.Null(attempts.Failed(Elsewhere, Owner));

        attempts.Succeeded(Home, "NODE0");
        Assert.Equal(new SignInSuspicion(3, IsNews: true), attempts.Failed(Home, Owner));
        Assert.Null(_attempts.Failed(Home, Owner));
    }

    [Fact]
    public void Whoever_mistypes_and_then_gets_in_begins_anew()
    {
        for (int i = 0; i < 4; i++)
            _attempts.Failed(Home, "my-bbs@hub.example");
        _attempts.Succeeded(Home, Owner);
        for (int i = 0; i < 4; i++)
            _attempts.Failed(Home, Owner);

        Assert.False(_attempts.IsBanned(Home));
    }

    [Fact]
    public void A_ban_of_an_address_does_not_reach_who_has_signed_in_from_there_before()
    {
        _attempts.Succeeded(Home, Owner);
        Fail(Home, "NEIGHBOR", 50);

        Assert.False(_attempts.IsBanned(Home));
        Assert.False(_attempts.IsBanned(Home, Owner));
        Assert.True(_attempts.IsBanned(Home, "NEIGHBOR"));
        Assert.Equal(TimeSpan.Zero, _attempts.PauseOf(Home));
        Assert.Equal(TimeSpan.Zero, _attempts.PauseBefore(Home, Owner));
    }

    /// <summary>A botnet guesses at one account: its owner is not kept waiting where he is known, and nowhere kept out.</summary>
    [Fact]
    public void Nobody_locks_an_account_by_guessing_at_it()
    {
        _attempts.Succeeded(Home, Owner);
        for (int i = 0; i < 1000; i++)
            _attempts.Failed(IPAddress.Parse($"203.0.{i / 250}.{i % 250}"), Owner);

        Assert.Equal(TimeSpan.Zero, _attempts.PauseBefore(Home, Owner));
        Assert.False(_attempts.IsBanned(Home, Owner));
        Assert.False(_attempts.IsBanned(Elsewhere, Owner));
        Assert.Equal(TimeSpan.FromSeconds(30), _attempts.PauseBefore(Elsewhere, Owner));
        Assert.Equal(TimeSpan.Zero, _attempts.PauseBefore(Elsewhere, "OTHER"));
    }

    /// <summary>A hundred addresses with a few guesses each are one guesser.</summary>
    [Theory]
    [InlineData("198.51.100.{0}", "198.51.100.250", "198.51.101.1")]
    [InlineData("2001:db8:1:{0:x}::1", "2001:db8:1:ffff::1", "2001:db8:2::1")]
    public void A_neighbourhood_that_guesses_waits_as_one(string from, string neighbour, string stranger)
    {
        for (int i = 0; i < 100; i++)
            _attempts.Failed(IPAddress.Parse(string.Format(CultureInfo.InvariantCulture, from, i)), $"N{i}");

        Assert.Equal(TimeSpan.FromSeconds(30), _attempts.PauseBefore(IPAddress.Parse(neighbour), Owner));
        Assert.False(_attempts.IsBanned(IPAddress.Parse(neighbour)));
        Assert.Equal(TimeSpan.Zero, _attempts.PauseBefore(IPAddress.Parse(stranger), Owner));
    }

    [Fact]
    public void A_household_of_IPv6_is_one_client()
    {
        for (int i = 0; i < 5; i++)
            _attempts.Failed(IPAddress.Parse($"2001:db8:1:2::{i}"), Owner);

        Assert.True(_attempts.IsBanned(IPAddress.Parse("2001:db8:1:2:3:4:5:6")));
        Assert.False(_attempts.IsBanned(IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void Guesses_that_are_long_ago_are_forgotten()
    {
        Fail(Home, Owner, 4);
        _clock.Advance(TimeSpan.FromHours(1));
        _attempts.Failed(Home, Owner);
        Assert.False(_attempts.IsBanned(Home));

        Fail(Home, Owner, 4);
        Assert.True(_attempts.IsBanned(Home));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(_attempts.IsBanned(Home));
    }

    [Fact]
    public void The_machine_itself_is_never_banned_and_waits_for_no_neighbour()
    {
        Fail(IPAddress.Loopback, "LOCAL", 1000);
        Fail(IPAddress.IPv6Loopback, "LOCAL", 1000);

        Assert.False(_attempts.IsBanned(IPAddress.Loopback, Owner));
        Assert.False(_attempts.IsBanned(IPAddress.IPv6Loopback, Owner));
        Assert.Equal(TimeSpan.Zero, _attempts.PauseBefore(IPAddress.Loopback, Owner));
    }

    [Fact]
    public void A_name_that_nobody_can_have_is_counted_but_takes_no_place_of_its_own()
    {
        for (int i = 0; i < 5; i++)
            _attempts.Failed(Home, new string('x', 200) + i);

        Assert.True(_attempts.IsBanned(Home));
        Assert.Equal(TimeSpan.Zero, _attempts.PauseBefore(Elsewhere, new string('x', 200) + "1"));
    }

    /// <summary>Sixty thousand clients that guess are as much as is remembered, and less than thirty mebioctets.</summary>
    [Fact]
    public void However_many_guess_the_memory_is_bounded()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 60_000; i++)
            _attempts.Failed(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), $"N{i % 100_000}");
        long after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.True(after - before < 30 * 1024 * 1024, $"{after - before} octets");
        GC.KeepAlive(_attempts);
    }

    private void Fail(IPAddress client, string name, int times)
    {
        for (int i = 0; i < times; i++)
            _attempts.Failed(client, name);
    }
}
