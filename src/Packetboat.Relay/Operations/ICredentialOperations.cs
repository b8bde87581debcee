using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>The ways of an account to sign in.</summary>
public interface ICredentialOperations
{
    /// <summary>Adds one beside those that there are.</summary>
    /// <param name="id">A QWK-ID.</param>
    /// <param name="wish">What is wanted; its name is new.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<IssuedPassword>> AddCredentialAsync(string id, CredentialWish wish, CancellationToken ct);

    /// <summary>
    /// Gives one a new password; the old one ends at once, with the sessions that signed in by it.
    /// </summary>
    /// <param name="id">A QWK-ID.</param>
    /// <param name="wish">Whose name is empty: <c>default</c>, or the only one that there is.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<IssuedPassword>> SetPasswordAsync(string id, CredentialWish wish, CancellationToken ct);

    /// <summary>Says how an account has to sign in at least, from its next sign-in on.</summary>
    /// <param name="id">A QWK-ID.</param>
    /// <param name="rule">In place of what was said before.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<AccountRow>> RequireAsync(string id, SignInRule rule, CancellationToken ct);

    /// <summary>Ends one, with the sessions that signed in by it. The others go on.</summary>
    /// <param name="id">A QWK-ID.</param>
    /// <param name="name">Of the credential.</param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<AccountRow>> RevokeCredentialAsync(string id, string name, string reason, CancellationToken ct);
}

/// <summary>A credential that an operator wants to have.</summary>
public sealed record CredentialWish
{
    public string Name { get; init; } = "";

    /// <summary>Null: one is generated.</summary>
    public string? Password { get; init; }

    /// <summary>Keep the password readable, encrypted, for CRAM-MD5.</summary>
    public bool AllowCramMd5 { get; init; }

    /// <summary>In place of a password: as <see cref="Hub.KeyFingerprint"/> reads it; null: it is a password.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>It may hold a password.</summary>
    public override string ToString() => $"{nameof(CredentialWish)} {Name}";
}
