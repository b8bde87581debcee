namespace Packetboat.Relay.Operations;

/// <summary>The tokens that relays are signed in to with.</summary>
public interface ITokenOperations
{
    Task<IReadOnlyList<TokenRow>> ListTokensAsync(CancellationToken ct);

    /// <param name="name">Of a section <c>[Token:NAME]</c>.</param>
    /// <param name="refresh">The refresh token. Never printed.</param>
    /// <param name="life">Of that; null: not known.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<Done>> SetTokenAsync(string name, string refresh, TimeSpan? life, CancellationToken ct);

    Task<Result<Done>> ForgetTokenAsync(string name, CancellationToken ct);
}

/// <summary>A token, without what is secret of it.</summary>
/// <param name="Name">Of its section.</param>
/// <param name="Grant"><c>refresh</c>, <c>client-credentials</c></param>
/// <param name="Trouble">Why it does not work; empty: it does, or was not needed yet.</param>
/// <param name="Since">When its refresh token was got; null: there is none.</param>
/// <param name="Ends">When that ends; null: not known.</param>
public sealed record TokenRow(string Name, string Grant, string Trouble, DateTimeOffset? Since, DateTimeOffset? Ends);
