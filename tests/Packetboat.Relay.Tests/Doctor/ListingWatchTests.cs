using System.Net;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Tests.Alarms;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>Who is listed hears of it before the mail comes back.</summary>
public sealed class ListingWatchTests : IAsyncDisposable
{
    private const string Key = "listed:1.2.3.4";

    private readonly AlarmRig _rig = new();
    private readonly ZoneResolver _zone = new("node.example A 1.2.3.4", "node.example A 10.0.0.1");
    private ArrivalSettings _settings = new(
        "node.example",
        ArrivalPolicy.Warn,
        [],
        TimeSpan.FromSeconds(3),
        LeavesByRelay: false,
        "node.example",
        TimeSpan.FromDays(21)
    );
    private TimeSpan _pause = TimeSpan.FromHours(6);
    private ListingWatch? _watch;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task A_listing_is_one_alarm_that_says_where_to_ask_and_ends_with_the_listing()
    {
        _zone.Add("4.3.2.1.zen.spamhaus.org A 127.0.0.4");
        await LookAsync();
        Assert.Equal(
            "1.2.3.4, from which mail leaves, is listed. Spamhaus: XBL: a program on this network sends spam. See: https://check.spamhaus.org/",
            await _rig.TextAsync(Key)
        );
        await PassAsync(TimeSpan.FromHours(6));
        Assert.Equal(["raised address-listed"], await _rig.HistoryAsync());
        Assert.Single(_rig.Lines);

        _zone.Remove("4.3.2.1.zen.spamhaus.org");
        await PassAsync(TimeSpan.FromHours(6));

        Assert.Empty(await _rig.OpenAsync());
    }

    [Fact]
    public async Task A_list_that_does_not_answer_neither_lists_nor_forgives()
    {
        _zone.Add("4.3.2.1.zen.spamhaus.org A 127.255.255.254");
        await LookAsync();
        Assert.Empty(await _rig.OpenAsync());

        await _rig.RaiseAsync(Key);
        await PassAsync(TimeSpan.FromHours(6));

        Assert.Equal([Key], await _rig.OpenAsync());
    }

    [Fact]
    public async Task Nothing_is_asked_between_two_looks_nor_with_0_nor_for_addresses_that_nobody_sees()
    {
        await LookAsync();
        int asked = _zone.Asked.Count;
        await PassAsync(TimeSpan.FromHours(5.9));
        Assert.Equal(asked, _zone.Asked.Count);
        Assert.DoesNotContain(_zone.Asked, question => question.Contains("1.0.0.10", StringComparison.Ordinal));

        _pause = TimeSpan.Zero;
        await PassAsync(TimeSpan.FromDays(1));

        Assert.Equal(asked, _zone.Asked.Count);
    }

    [Theory]
    [InlineData("it is said that mail leaves from elsewhere")]
    [InlineData("all mail leaves by a relay, whose address nobody knows")]
    [InlineData("nobody is to look any more")]
    public async Task The_alarm_of_an_address_that_mail_does_not_leave_from_any_more_is_over(string change)
    {
        _zone.Add("4.3.2.1.psbl.surriel.com A 127.0.0.2");
        await LookAsync();
        Assert.Equal([Key], await _rig.OpenAsync());

        if (change.StartsWith("nobody", StringComparison.Ordinal))
            _pause = TimeSpan.Zero;
        else
            _settings = change.StartsWith("all", StringComparison.Ordinal)
                ? _settings with
                {
                    LeavesByRelay = true,
                }
                : _settings with
                {
                    Addresses = [IPAddress.Parse("1.2.3.5")],
                };
        await PassAsync(TimeSpan.FromHours(6));

        Assert.Empty(await _rig.OpenAsync());
    }

    private Task LookAsync()
    {
        _watch ??= new ListingWatch(
            new SendingAddresses(_zone, () => _settings),
            _zone,
            () => _pause,
            _rig.Store,
            _rig.Log,
            _rig.Time
        );
        return _watch.LookAsync(Ct);
    }

    private Task PassAsync(TimeSpan time)
    {
        _rig.Time.Advance(time);
        return LookAsync();
    }
}
