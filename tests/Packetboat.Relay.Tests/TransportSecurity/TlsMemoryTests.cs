using System.Security.Cryptography.X509Certificates;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tests.TransportSecurity;

/// <summary>A server that has always had TLS and has none gets nothing in clear: nothing else shows that somebody took it out.</summary>
public sealed class TlsMemoryTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private static readonly X509Certificate2 Any = new TestAuthority("nobody").Issue("elsewhere.example");

    private readonly TransportRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task TLS_that_was_always_there_and_is_gone_leaves_the_mail_waiting()
    {
        await LearnAsync();
        _rig.Server.Certificate = null;
        int before = _rig.Server.Connections;
        Assert.Equal(
            "TLS is demanded by the memory of mx.far.example, which has had TLS since 2026-11-22, and mx.far.example offers none; nothing was sent in clear",
            await RefusedAsync()
        );
        Assert.Equal(before + 1, _rig.Server.Connections);
    }

    [Fact(Timeout = Patience)]
    public async Task A_handshake_that_breaks_is_not_tried_again_in_clear()
    {
        await LearnAsync();
        _rig.Server.BreaksHandshake = true;
        Assert.Contains("does not come about", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_asks_whose_certificate_it_is()
    {
        await LearnAsync();
        _rig.Server.Certificate = new TestAuthority("somebody else").Issue("other.example");
        Assert.Equal("TLS 1.3", await _rig.DeliveredAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task A_policy_on_trial_does_not_make_it_weaker()
    {
        await LearnAsync();
        _rig.Announce("testing");
        Assert.StartsWith("TLS 1.3, MTA-STS on trial", await _rig.DeliveredAsync(Ct), StringComparison.Ordinal);
        _rig.Server.Certificate = null;
        Assert.Contains("by the memory of mx.far.example", await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Many_handshakes_within_an_hour_are_one()
    {
        _rig.Server.Certificate = Any;
        for (int i = 0; i < 2 * TlsMemory.Enough; i++)
            await _rig.DeliveredAsync(Ct);
        Assert.Equal(1, _rig.Habits.Writes);
        _rig.Server.Certificate = null;
        Assert.Equal("in clear", await _rig.DeliveredAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_known_is_written_once_a_day()
    {
        await LearnAsync();
        int before = _rig.Habits.Writes;
        _rig.Time.Advance(TimeSpan.FromHours(22));
        await _rig.DeliveredAsync(Ct);
        Assert.Equal(before, _rig.Habits.Writes);
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await _rig.DeliveredAsync(Ct);
        Assert.Equal(before + 1, _rig.Habits.Writes);
    }

    [Fact(Timeout = Patience)]
    public async Task It_is_forgotten_after_its_time_and_at_the_operators_word()
    {
        await LearnAsync();
        _rig.Server.Certificate = null;
        _rig.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal("in clear", await _rig.DeliveredAsync(Ct));

        await LearnAsync();
        _rig.Server.Certificate = null;
        await RefusedAsync();
        Assert.True(await _rig.Habits.ForgetHabitAsync("mx.far.example", Ct));
        Assert.Equal("in clear", await _rig.DeliveredAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Who_wants_it_in_clear_gets_it_in_clear()
    {
        await LearnAsync();
        (_rig.Server.Certificate, _rig.Wish) = (null, TlsWish.Optional);
        Assert.Equal("in clear", await _rig.DeliveredAsync(Ct));
    }

    private async Task LearnAsync()
    {
        _rig.Server.Certificate = Any;
        for (int i = 0; i < TlsMemory.Enough; i++)
        {
            await _rig.DeliveredAsync(Ct);
            _rig.Time.Advance(TlsMemory.Apart);
        }
    }

    private Task<string> RefusedAsync() => _rig.WaitsAsync(FailureClass.TlsGone, Ct);
}
