using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>What an operator reads who hands over a token.</summary>
public sealed class TokenDeskTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly TokenRig _rig = new();
    private readonly TokenDesk _desk;
    private int _woken;

    public TokenDeskTests()
    {
        Settings settings = ConfigurationReader.Defaults("/nowhere", "node.example") with { Tokens = [_rig.Token] };
        _desk = new TokenDesk(_rig.Keeper, () => settings, () => settings, () => _woken++);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task One_that_is_taken_wakes_the_mail_that_waits_for_it()
    {
        Assert.Equal("the token office is kept", (await SetAsync(" r0 ")).Value?.Message);
        Assert.Equal(1, _woken);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_is_not_taken_is_said_to_be_so_and_what_helps()
    {
        Assert.Equal(
            new Refusal(
                "the refresh token",
                "its giver does not take it (invalid_grant (Token has been expired or revoked.)); nothing was changed",
                "Mend the section [Token:office], or get another one: packetboat token sign-in office"
            ),
            (await SetAsync("mistyped")).Refusal
        );
        Assert.Null(_rig.FindToken("office"));
        Assert.Equal(0, _woken);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_could_not_be_tried_is_kept_and_that_is_said()
    {
        _rig.MayRenew = false;
        Assert.Equal(
            "the token office is kept, but: nothing is sent from here (NO_SENDMAIL), so it is not renewed",
            (await SetAsync("r0")).Value?.Message
        );
        Assert.NotNull(_rig.FindToken("office"));
    }

    private Task<Result<Done>> SetAsync(string refresh) => _desk.SetAsync("office", refresh, life: null, Ct);
}
