using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>The operator hears of a token in trouble once, before mail waits for it, and the alarm goes by itself.</summary>
public sealed class TokenWatchTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly TokenRig _rig = new();
    private readonly TokenWatch _watch;
    private Settings _settings = ConfigurationReader.Defaults("/nowhere", "node.example");

    public TokenWatchTests()
    {
        _settings = _settings with { Tokens = [_rig.Token] };
        _watch = new TokenWatch(
            _rig.Keeper,
            () => _settings,
            _rig.Queue.Store,
            new MailLog(NullLogger<MailLog>.Instance),
            _rig.Queue.Time
        );
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_has_signed_in_and_then_somebody_does()
    {
        Alarm alarm = Assert.Single(await LookAsync());
        Assert.Equal("the token office: nobody has signed in for it: packetboat token sign-in office", alarm.Text);
        Assert.Equal("token-expires", AlarmCatalogue.KindOf(alarm).Id);
        await _rig.SignInAsync(Ct);
        Assert.Empty(await LookAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_was_taken_back_is_found_although_no_mail_needs_it()
    {
        await _rig.SignInAsync(Ct);
        Assert.Empty(await LookAsync());
        _rig.Issuer.Answer = (_, _) => (400, """{"error":"invalid_grant"}""");
        Assert.Empty(await LookAsync());
        _rig.Queue.Time.Advance(TokenWatch.Exercise);
        Assert.Contains("invalid_grant", Assert.Single(await LookAsync()).Text, StringComparison.Ordinal);
        _settings = _settings with { Tokens = [] };
        Assert.Empty(await LookAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_ends_is_announced()
    {
        TimeSpan notice = _settings.Packetboat.ExpiryNotice;
        _rig.Issuer.Answer = (_, _) => (200, """{"access_token":"a","expires_in":3600}""");
        await _rig.KeepAsync("r0", notice + TimeSpan.FromHours(1), Ct);
        Assert.Empty(await LookAsync());
        _rig.Queue.Time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("ends at", Assert.Single(await LookAsync()).Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task What_passes_by_itself_is_tried_again_soon_and_nobody_is_told_unless_it_lasts()
    {
        await _rig.SignInAsync(Ct);
        _rig.Issuer.Answer = (_, _) => (503, "");
        Assert.Empty(await LookAsync());
        _rig.Queue.Time.Advance(TokenWatch.Again);
        _rig.Issuer.Answer = _rig.Rotate;
        Assert.Empty(await LookAsync());
        Assert.Equal(2, _rig.Issuer.Asked.Count);

        _rig.Issuer.Answer = (_, _) => (503, "");
        _rig.Queue.Time.Advance(TokenWatch.Exercise);
        Assert.Empty(await LookAsync());
        _rig.Queue.Time.Advance(TokenWatch.Passing);
        Assert.Contains("503", Assert.Single(await LookAsync()).Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_refused_is_asked_for_again_within_the_hour_and_at_once_when_the_section_changes()
    {
        await _rig.SignInAsync(Ct);
        _rig.Issuer.Answer = (_, _) => (403, "<html>Welcome to the hotel</html>");
        Assert.Contains("403", Assert.Single(await LookAsync()).Text, StringComparison.Ordinal);
        _rig.Issuer.Answer = _rig.Rotate;
        _rig.Queue.Time.Advance(TokenWatch.Passing);
        Assert.Empty(await LookAsync());

        _settings = _settings with { Tokens = [_rig.Token with { ClientSecret = new Secret("a new one") }] };
        int before = _rig.Issuer.Asked.Count;
        await LookAsync();
        Assert.Equal(before + 1, _rig.Issuer.Asked.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task While_nothing_is_sent_nothing_is_renewed()
    {
        await _rig.SignInAsync(Ct);
        _rig.MayRenew = false;
        await LookAsync();
        Assert.Empty(_rig.Issuer.Asked);
    }

    [Fact(Timeout = Patience)]
    public async Task An_alarm_that_stands_says_what_is_so_now()
    {
        TimeSpan notice = _settings.Packetboat.ExpiryNotice;
        _rig.Issuer.Answer = (_, _) => (200, """{"access_token":"a","expires_in":3600}""");
        await _rig.KeepAsync("r0", notice, Ct);
        Assert.Contains("ends at", Assert.Single(await LookAsync()).Text, StringComparison.Ordinal);
        _rig.Issuer.Answer = (_, _) => (400, """{"error":"invalid_grant"}""");
        _rig.Queue.Time.Advance(TokenWatch.Exercise);
        Assert.Contains("invalid_grant", Assert.Single(await LookAsync()).Text, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<Alarm>> LookAsync()
    {
        await _watch.LookAsync(Ct);
        return await _rig.Queue.Store.AlarmsAsync(Ct);
    }
}
