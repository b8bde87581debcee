using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Operations;

/// <summary>What an operator does with tokens. Parked routes are tried again at once when there is a new one.</summary>
/// <param name="keeper">Has them.</param>
/// <param name="settings">Which there are.</param>
/// <param name="fresh">The same, after a look at the files; null: their last change is refused.</param>
/// <param name="wake">Called after one has come.</param>
public sealed class TokenDesk(TokenKeeper keeper, Func<Settings> settings, Func<Settings?> fresh, Action wake)
{
    private const int MaxToken = 16 * 1024;

    public IReadOnlyList<TokenRow> List() =>
        [
            .. settings()
                .Tokens.Select(token =>
                {
                    TokenState state = keeper.StateOf(token);
                    return new TokenRow(token.Name, TokenKeys.Grants[(int)token.Grant], state.Trouble, state.Since, state.Ends);
                }),
        ];

    public async Task<Result<Done>> SetAsync(string name, string refresh, TimeSpan? life, CancellationToken ct)
    {
        // It is sealed for the ClientId and TokenEndpoint that are in force, and whoever has just changed them has it from the new ones.
        if (fresh() is not { } now)
            return new Refusal(
                "the settings",
                "their last change is refused, so that it is not known whose token this is",
                "See: packetboat config check. Then say it again"
            );
        if (now.Tokens.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } token)
            return NoSuch(name);
        if (token.Grant == TokenGrant.ClientCredentials)
            return new Refusal(token.Name, "client credentials need no refresh token", "Nothing is to be done");
        string text = refresh.Trim();
        if (text.Length is 0 or > MaxToken || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return new Refusal("the refresh token", "it is empty, too long, or has characters that none has", "Give it as it is");
        TokenAnswer.Refused? trouble = await keeper.SetAsync(token, new Secret(text), life, ct);
        if (trouble is { IsFinal: true })
            return new Refusal(
                "the refresh token",
                $"its giver does not take it ({trouble.Reason}); nothing was changed",
                $"Mend the section [{TokenKeys.Prefix}{token.Name}], or get another one: packetboat token sign-in {token.Name}"
            );
        wake();
        return new Done($"the token {token.Name} is kept{(trouble is null ? "" : $", but: {trouble.Reason}")}");
    }

    public async Task<Result<Done>> ForgetAsync(string name, CancellationToken ct) =>
        await keeper.ForgetAsync(name.ToLowerInvariant(), ct)
            ? new Done($"the token {name.ToLowerInvariant()} is forgotten; take it back at its giver too")
            : NoSuch(name);

    private static Refusal NoSuch(string name) =>
        new(Protocol.PrintableText.Of(name, 64), "there is no such token", "See: packetboat token list");
}
