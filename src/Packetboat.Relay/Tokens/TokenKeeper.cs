using System.Collections.Concurrent;
using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tokens;

/// <summary>
/// Has the access tokens that relays are shown, and renews each before it ends. Access tokens are in memory alone. A refresh token that comes in
/// place of another is on the disk before the access token that came with it is used: its giver may take the old one no more, and after a crash
/// there would be none.
/// </summary>
/// <param name="store">For refresh tokens.</param>
/// <param name="server">That gives them.</param>
/// <param name="box">Seals them.</param>
/// <param name="time">The clock.</param>
/// <param name="mayRenew">Whether mail is sent from here; null: it is.</param>
public sealed class TokenKeeper(
    ITokenStore store,
    AuthorizationServer server,
    SecretBox box,
    TimeProvider time,
    Func<bool>? mayRenew = null
) : IAsyncDisposable
{
    /// <summary>So long before its end an access token is renewed; of one with a short life, half of that.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private volatile bool _isOver;
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>After the renewals that are under way: what one brings replaces what is on the disk, and is worth nothing if it gets lost.</summary>
    public async ValueTask DisposeAsync()
    {
        // No more is begun. One takes no longer than its giver has to answer, and the disk.
        _isOver = true;
        using var patience = new CancellationTokenSource(Patience, time);
        foreach (Slot slot in _slots.Values)
        {
            try
            {
                await slot.Turn.WaitAsync(patience.Token);
                slot.Turn.Release();
            }
            catch (OperationCanceledException)
            {
                // It has had its time.
            }
        }
    }

    /// <summary>
    /// Whether a token may be renewed here. A copy of an installation that is only looked at must not use up the token of the one that works.
    /// </summary>
    public bool MayRenew => mayRenew?.Invoke() != false;

    /// <param name="token">Which.</param>
    /// <param name="rejected">What was given before and is not taken; not set: nothing.</param>
    /// <param name="ct">Gives up.</param>
    internal async ValueTask<TokenAnswer> GetAsync(TokenSettings token, Secret rejected, CancellationToken ct)
    {
        Slot slot = _slots.GetOrAdd(token.Name, _ => new Slot());
        // One renewal at a time: to show a refresh token twice looks like theft, and its giver takes all of them back.
        await slot.Turn.WaitAsync(ct);
        try
        {
            if (slot.Settings != token)
            {
                // What could not be kept was given to whom the section named before.
                if (slot.Settings is { } before && OwnerOf(before) != OwnerOf(token))
                    slot.Unkept = null;
                (slot.Settings, slot.Access, slot.ReplacesRefused) = (token, default, false);
            }

            if (slot.Access.IsSet && slot.Access != rejected && time.GetUtcNow() < slot.RenewAt)
                return new TokenAnswer.Given(slot.Access, IsNew: slot.ReplacesRefused);
            if (Hindrance() is { } hindrance)
                return hindrance;
            TokenAnswer answer = await RenewAsync(slot, token, ct);
            slot.Trouble = answer is TokenAnswer.Refused refused ? refused : null;
            if (answer is TokenAnswer.Given)
                slot.ReplacesRefused = rejected.IsSet;
            return answer;
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    /// <summary>A relay has taken it: the next that is refused may be renewed again.</summary>
    internal void Taken(TokenSettings token)
    {
        if (_slots.TryGetValue(token.Name, out Slot? slot))
            slot.ReplacesRefused = false;
    }

    /// <summary>A person has signed in. What its giver does not take is not kept, and replaces nothing.</summary>
    /// <returns>Null: it is kept, and has been used. Else why not: finally, then nothing has changed; or for now, then it is kept.</returns>
    /// <exception cref="StoreUnavailableException">It is not kept.</exception>
    internal async Task<TokenAnswer.Refused?> SetAsync(TokenSettings token, Secret refresh, TimeSpan? life, CancellationToken ct)
    {
        Slot slot = _slots.GetOrAdd(token.Name, _ => new Slot());
        await slot.Turn.WaitAsync(ct);
        try
        {
            if (Hindrance() is { } hindrance)
            {
                await KeepAsync(token, refresh, life, ct);
                slot.Clear();
                return hindrance;
            }

            // Not given up: what comes back must be kept.
            TokenReply reply = await server.RefreshAsync(token, refresh, CancellationToken.None);
            if (reply is { Error.Length: > 0, IsFinal: true })
                return new TokenAnswer.Refused(reply.Fault, IsFinal: true);
            slot.Clear();
            slot.Settings = token;
            if (reply.RefreshToken.IsSet && reply.RefreshToken != refresh)
                await KeepAsync(slot, token, reply, CancellationToken.None);
            else
                await KeepAsync(token, refresh, reply.RefreshLife ?? life, CancellationToken.None);
            slot.Trouble = Take(slot, reply) as TokenAnswer.Refused;
            return slot.Trouble;
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    /// <summary>Why none is renewed here and now; null: nothing is in the way.</summary>
    private TokenAnswer.Refused? Hindrance() =>
        !MayRenew ? new TokenAnswer.Refused("nothing is sent from here (NO_SENDMAIL), so it is not renewed", IsFinal: false)
        : _isOver ? new TokenAnswer.Refused("the program ends", IsFinal: false)
        : null;

    /// <summary>After a renewal that is under way, whose answer would bring it back.</summary>
    /// <returns>There was one.</returns>
    public async Task<bool> ForgetAsync(string name, CancellationToken ct)
    {
        Slot slot = _slots.GetOrAdd(name, _ => new Slot());
        await slot.Turn.WaitAsync(ct);
        try
        {
            bool wasThere = await store.ForgetTokenAsync(name, ct);
            slot.Clear();
            return wasThere;
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    public TokenState StateOf(TokenSettings token)
    {
        StoredToken? kept = token.Grant == TokenGrant.Refresh ? store.FindToken(token.Name) : null;
        _slots.TryGetValue(token.Name, out Slot? slot);
        string trouble =
            token.Grant == TokenGrant.Refresh && kept is null ? Missing(token)
            : kept is not null && !Refresh(token).IsSet ? Closed(token)
            : slot?.Trouble?.Reason ?? "";
        bool isPassing = slot?.Trouble is { IsFinal: false } passing && passing.Reason == trouble;
        return new TokenState(trouble, kept?.Since, kept?.Ends) { IsPassing = isPassing };
    }

    /// <summary>It is shown to nobody but the one who gave it: somebody may have changed the section since.</summary>
    private static string Closed(TokenSettings token) =>
        $"what is kept was given to another ClientId or by another TokenEndpoint, or is sealed with another secret.key; sign in again: packetboat token sign-in {token.Name}";

    private static string Missing(TokenSettings token) => $"nobody has signed in for it: packetboat token sign-in {token.Name}";

    private async Task<TokenAnswer> RenewAsync(Slot slot, TokenSettings token, CancellationToken ct)
    {
        slot.Access = default;
        if (token.Grant == TokenGrant.ClientCredentials)
            return Take(slot, await server.ByCredentialsAsync(token, ct));
        try
        {
            if (slot.Unkept is { } owed)
                await KeepAsync(slot, token, owed, ct);
            if (Refresh(token) is not { IsSet: true } refresh)
                return new TokenAnswer.Refused(
                    store.FindToken(token.Name) is null ? Missing(token) : Closed(token),
                    IsFinal: true
                );
            // Not given up: what comes back must be kept, whoever still waits for it.
            TokenReply reply = await server.RefreshAsync(token, refresh, CancellationToken.None);
            if (reply.RefreshToken.IsSet && reply.RefreshToken != refresh)
                await KeepAsync(slot, token, reply, CancellationToken.None);
            // The same one, which holds longer from now on.
            else if (reply.Error.Length == 0 && reply.RefreshLife is { } life)
                await KeepAsync(token, refresh, life, CancellationToken.None);
            return Take(slot, reply);
        }
        catch (StoreUnavailableException failure)
        {
            return new TokenAnswer.Refused($"the new one could not be kept: {failure.Message}", IsFinal: false);
        }
    }

    private TokenAnswer Take(Slot slot, TokenReply reply)
    {
        if (reply.Error.Length > 0)
            return new TokenAnswer.Refused($"it cannot be renewed: {reply.Fault}", reply.IsFinal);
        if (!reply.AccessToken.IsSet)
            return new TokenAnswer.Refused("it cannot be renewed: the answer has no access_token", IsFinal: false);
        TimeSpan margin = reply.Life > 2 * Margin ? Margin : reply.Life / 2;
        (slot.Access, slot.RenewAt) = (reply.AccessToken, time.GetUtcNow() + reply.Life - margin);
        return new TokenAnswer.Given(slot.Access, IsNew: true);
    }

    /// <summary>Until it is on the disk it is remembered, so that a full disk loses nothing.</summary>
    private async Task KeepAsync(Slot slot, TokenSettings token, TokenReply reply, CancellationToken ct)
    {
        slot.Unkept = reply;
        await KeepAsync(token, reply.RefreshToken, reply.RefreshLife, ct);
        slot.Unkept = null;
    }

    private Task KeepAsync(TokenSettings token, Secret refresh, TimeSpan? life, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        byte[] closed = box.SealToken(OwnerOf(token), refresh.RevealValue());
        return store.KeepTokenAsync(new StoredToken(token.Name, closed, now, now + life), ct);
    }

    private static string OwnerOf(TokenSettings token) => $"{token.Name}\0{token.ClientId}\0{token.TokenEndpoint}";

    private Secret Refresh(TokenSettings token) =>
        store.FindToken(token.Name) is { } kept && box.TryOpenToken(OwnerOf(token), kept.Sealed, out byte[]? open)
            ? new Secret(Encoding.UTF8.GetString(open))
            : default;

    private sealed class Slot
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public TokenSettings? Settings { get; set; }

        public Secret Access { get; set; }

        public DateTimeOffset RenewAt { get; set; }

        public TokenReply? Unkept { get; set; }

        public TokenAnswer.Refused? Trouble { get; set; }

        /// <summary>The access token came after one that the relay refused, and none has taken it yet.</summary>
        public bool ReplacesRefused { get; set; }

        public void Clear() => (Access, Unkept, Trouble, ReplacesRefused) = (default, null, null, false);
    }
}
