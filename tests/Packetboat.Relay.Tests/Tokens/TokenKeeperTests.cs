using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>An access token is at hand, and the refresh token behind it is never lost.</summary>
public sealed class TokenKeeperTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly TokenRig _rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task One_is_used_until_shortly_before_its_end()
    {
        await _rig.SignInAsync(Ct);
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        _rig.Queue.Time.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        _rig.Queue.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("a2", await _rig.GetAsync(Ct));
        Assert.Equal(["r0", "r1"], _rig.Issuer.Asked.Select(fields => fields["refresh_token"]));
        IReadOnlyDictionary<string, string> asked = _rig.Issuer.Asked.First();
        Assert.Equal(("refresh_token", "us", "our secret"), (asked["grant_type"], asked["client_id"], asked["client_secret"]));
    }

    [Fact(Timeout = Patience)]
    public async Task One_with_a_short_life_is_used_for_half_of_it()
    {
        _rig.Life = 60;
        await _rig.SignInAsync(Ct);
        await _rig.GetAsync(Ct);
        _rig.Queue.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        _rig.Queue.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("a2", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_the_relay_does_not_take_is_replaced_before_its_end()
    {
        await _rig.SignInAsync(Ct);
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        Assert.Equal("a2", await _rig.GetAsync(Ct, rejected: "a1"));
        // Another connection was told the same of the old one, and the new one is there already.
        Assert.Equal("a2", await _rig.GetAsync(Ct, rejected: "a1"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_restart_between_the_exchange_and_its_use_loses_nothing()
    {
        await _rig.SignInAsync(Ct);
        await _rig.GetAsync(Ct);
        await _rig.RestartAsync();
        Assert.Equal("a2", await _rig.GetAsync(Ct));
        await _rig.RestartAsync();
        Assert.Equal("a3", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task A_new_refresh_token_is_on_the_disk_before_anything_is_done_with_it()
    {
        await _rig.SignInAsync(Ct);
        _rig.IsFull = true;
        Assert.Equal("later: the new one could not be kept: the disk is full", await _rig.GetAsync(Ct));
        // The old one is worth nothing any more: to show it again would have all of them taken back.
        Assert.StartsWith("later:", await _rig.GetAsync(Ct), StringComparison.Ordinal);
        Assert.Single(_rig.Issuer.Asked);
        _rig.IsFull = false;
        Assert.Equal("a2", await _rig.GetAsync(Ct));
        Assert.Equal("r1", _rig.Issuer.Asked.Last()["refresh_token"]);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_is_forgotten_during_its_renewal_does_not_come_back_in_place_of_another()
    {
        await _rig.SignInAsync(Ct);
        (Task<string> renewal, Action letGo) = await _rig.BeginRenewalAsync(Ct);
        Task<bool> forgotten = _rig.Keeper.ForgetAsync("office", Ct);
        Assert.False(forgotten.IsCompleted);
        letGo();
        await renewal;
        Assert.True(await forgotten);
        Assert.Null(_rig.FindToken("office"));
        Assert.Equal("never: nobody has signed in for it: packetboat token sign-in office", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_stays_and_holds_longer_is_kept_with_its_new_end()
    {
        await _rig.KeepAsync("r0", TimeSpan.FromDays(1), Ct);
        _rig.Issuer.Answer = (_, _) => (200, """{"access_token":"a","expires_in":3600,"refresh_token_expires_in":864000}""");
        await _rig.GetAsync(Ct);
        Assert.Equal(_rig.Queue.Time.GetUtcNow() + TimeSpan.FromDays(10), _rig.Keeper.StateOf(_rig.Token).Ends);
        await _rig.RestartAsync();
        await _rig.GetAsync(Ct);
        Assert.Equal("r0", _rig.Issuer.Asked.Last()["refresh_token"]);
    }

    /// <summary>Whoever edits the section would have it sent to somebody who never gave it.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_is_shown_to_nobody_but_its_giver_and_as_nobody_but_whom_it_was_given_to(bool otherClient)
    {
        await _rig.SignInAsync(Ct);
        TokenSettings other = otherClient
            ? _rig.Token with
            {
                ClientId = "they",
            }
            : _rig.Token with
            {
                TokenEndpoint = new Uri(_rig.Token.TokenEndpoint, "/other"),
            };
        Assert.Contains(
            "sign in again: packetboat token sign-in office",
            await _rig.GetAsync(Ct, token: other),
            StringComparison.Ordinal
        );
        Assert.Contains("sign in again", _rig.Keeper.StateOf(other).Trouble, StringComparison.Ordinal);
        Assert.Empty(_rig.Issuer.Asked);
    }

    /// <summary>The copy of an installation that somebody looks at has its token too, and it can be used once.</summary>
    [Fact(Timeout = Patience)]
    public async Task Where_nothing_is_sent_it_is_not_renewed_and_nobody_is_troubled()
    {
        await _rig.SignInAsync(Ct);
        _rig.MayRenew = false;
        Assert.StartsWith("later: nothing is sent from here", await _rig.GetAsync(Ct), StringComparison.Ordinal);
        Assert.Empty(_rig.Issuer.Asked);
        Assert.Empty(_rig.Keeper.StateOf(_rig.Token).Trouble);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_could_not_be_kept_goes_with_the_section_that_it_came_for()
    {
        await _rig.SignInAsync(Ct);
        _rig.IsFull = true;
        await _rig.GetAsync(Ct);
        _rig.IsFull = false;
        TokenSettings other = _rig.Token with { ClientId = "they" };
        Assert.Contains("sign in again", await _rig.GetAsync(Ct, token: other), StringComparison.Ordinal);
        Assert.Single(_rig.Issuer.Asked);
    }

    [Fact(Timeout = Patience)]
    public async Task The_end_of_the_program_waits_for_a_renewal_that_is_under_way()
    {
        await _rig.SignInAsync(Ct);
        (Task<string> renewal, Action letGo) = await _rig.BeginRenewalAsync(Ct);
        Task ending = _rig.RestartAsync();
        Assert.False(ending.IsCompleted);
        letGo();
        await ending;
        Assert.Equal("a1", await renewal);
        Assert.Equal("a2", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task It_is_asked_for_once_however_many_want_it()
    {
        await _rig.SignInAsync(Ct);
        string[] all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _rig.GetAsync(Ct)));
        Assert.Equal(["a1"], all.Distinct());
        Assert.Single(_rig.Issuer.Asked);
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_taken_back_needs_a_person()
    {
        Assert.Equal("never: nobody has signed in for it: packetboat token sign-in office", await _rig.GetAsync(Ct));
        await _rig.KeepAsync("stolen", null, Ct);
        Assert.Equal("never: it cannot be renewed: invalid_grant (Token has been expired or revoked.)", await _rig.GetAsync(Ct));
        Assert.NotEmpty(_rig.Keeper.StateOf(_rig.Token).Trouble);
        await _rig.SignInAsync(Ct);
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        Assert.Empty(_rig.Keeper.StateOf(_rig.Token).Trouble);
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_handed_over_is_used_at_once_and_what_comes_in_its_place_kept()
    {
        Assert.Null(await _rig.Keeper.SetAsync(_rig.Token, new Secret("r0"), null, Ct));
        Assert.Equal("a1", await _rig.GetAsync(Ct));
        Assert.Single(_rig.Issuer.Asked);
        await _rig.RestartAsync();
        Assert.Equal("a2", await _rig.GetAsync(Ct));
    }

    [Theory(Timeout = Patience)]
    [InlineData("""{"access_token":"a","expires_in":3600}""")]
    [InlineData("""{"access_token":"a","expires_in":3600,"refresh_token":"forever"}""")]
    public async Task What_is_handed_over_and_stays_the_same_is_kept(string answer)
    {
        _rig.Issuer.Answer = (_, _) => (200, answer);
        Assert.Null(await _rig.Keeper.SetAsync(_rig.Token, new Secret("forever"), TimeSpan.FromDays(3), Ct));
        Assert.Equal(_rig.Queue.Time.GetUtcNow() + TimeSpan.FromDays(3), _rig.Keeper.StateOf(_rig.Token).Ends);
        await _rig.RestartAsync();
        await _rig.GetAsync(Ct);
        Assert.Equal("forever", _rig.Issuer.Asked.Last()["refresh_token"]);
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_its_giver_does_not_take_replaces_nothing()
    {
        await _rig.SignInAsync(Ct);
        TokenAnswer.Refused? refused = await _rig.Keeper.SetAsync(_rig.Token, new Secret("mistyped"), null, Ct);
        Assert.True(refused is { IsFinal: true });
        Assert.Equal("invalid_grant (Token has been expired or revoked.)", refused.Reason);
        Assert.Equal("a1", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task One_whose_giver_cannot_be_asked_is_kept_and_used_later()
    {
        _rig.Issuer.Answer = (_, _) => (503, "");
        Assert.True(await _rig.Keeper.SetAsync(_rig.Token, new Secret("r0"), null, Ct) is { IsFinal: false });
        Assert.StartsWith("it cannot be renewed: ", _rig.Keeper.StateOf(_rig.Token).Trouble, StringComparison.Ordinal);
        _rig.Issuer.Answer = _rig.Rotate;
        Assert.Equal("a1", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Where_nothing_is_sent_from_one_is_kept_and_not_used_up()
    {
        _rig.MayRenew = false;
        Assert.Contains(
            "NO_SENDMAIL",
            (await _rig.Keeper.SetAsync(_rig.Token, new Secret("r0"), null, Ct))?.Reason,
            StringComparison.Ordinal
        );
        Assert.Empty(_rig.Issuer.Asked);
        _rig.MayRenew = true;
        Assert.Equal("a1", await _rig.GetAsync(Ct));
    }

    [Theory(Timeout = Patience)]
    [InlineData(503, "<html>")]
    [InlineData(500, "{}")]
    [InlineData(400, "{\"error\":\"temporarily_unavailable\"}")]
    [InlineData(200, "[]")]
    [InlineData(200, "{\"token_type\":\"Bearer\"}")]
    public async Task What_passes_by_itself_is_tried_again(int status, string json)
    {
        await _rig.SignInAsync(Ct);
        _rig.Issuer.Answer = (_, _) => (status, json);
        Assert.StartsWith("later: it cannot be renewed: ", await _rig.GetAsync(Ct), StringComparison.Ordinal);
        _rig.Issuer.Answer = _rig.Rotate;
        Assert.Equal("a1", await _rig.GetAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Client_credentials_need_nobody()
    {
        _rig.Issuer.Answer = (_, _) => (200, """{"access_token":"mine","expires_in":"3599"}""");
        Assert.Equal("mine", await _rig.GetAsync(Ct, token: _rig.Issuer.Token(TokenGrant.ClientCredentials)));
        IReadOnlyDictionary<string, string> asked = Assert.Single(_rig.Issuer.Asked);
        Assert.Equal(("client_credentials", "smtp"), (asked["grant_type"], asked["scope"]));
    }

    [Fact(Timeout = Patience)]
    public async Task In_the_store_it_is_sealed_and_nothing_prints_it()
    {
        await _rig.SignInAsync(Ct);
        byte[] kept = _rig.FindToken("office")!.Sealed;
        Assert.DoesNotContain("r0", Encoding.Latin1.GetString(kept), StringComparison.Ordinal);
        await _rig.GetAsync(Ct);
        Assert.DoesNotContain("a1", (await _rig.Keeper.GetAsync(_rig.Token, default, Ct)).ToString(), StringComparison.Ordinal);
        Assert.True(await _rig.Keeper.ForgetAsync("office", Ct));
        Assert.StartsWith("never: nobody has signed in", await _rig.GetAsync(Ct), StringComparison.Ordinal);
    }
}
