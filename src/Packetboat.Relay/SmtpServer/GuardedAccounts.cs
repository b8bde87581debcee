using System.Net;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// The accounts as one client sees them: whoever has guessed, or comes from where somebody has, waits before his password is looked at, or
/// is not heard. Whether the name exists makes no difference.
/// </summary>
internal sealed class GuardedAccounts(ISaslAccounts accounts, SignInAttempts attempts, IPAddress client, ISmtpWire wire)
    : ISaslAccounts
{
    /// <summary>The client was not heard.</summary>
    public bool HasRefused { get; private set; }

    public async ValueTask<SaslIdentity?> VerifyPasswordAsync(string name, string password, CancellationToken ct)
    {
        await ThrowUnlessHeardAsync(name);
        return await accounts.VerifyPasswordAsync(name, password, ct);
    }

    public async ValueTask<SaslIdentity?> VerifyKeyAsync(string name, byte[] keyHash, CancellationToken ct)
    {
        await ThrowUnlessHeardAsync(name);
        return await accounts.VerifyKeyAsync(name, keyHash, ct);
    }

    public async ValueTask<ScramAccount> FindScramAsync(string name, CancellationToken ct)
    {
        await ThrowUnlessHeardAsync(name);
        return await accounts.FindScramAsync(name, ct);
    }

    public async ValueTask<IReadOnlyList<SharedSecret>> FindSecretsAsync(string name, CancellationToken ct)
    {
        await ThrowUnlessHeardAsync(name);
        return await accounts.FindSecretsAsync(name, ct);
    }

    /// <exception cref="CredentialsUnavailableException">They are, to this client.</exception>
    private async ValueTask ThrowUnlessHeardAsync(string name)
    {
        HasRefused = attempts.IsBanned(client, name);
        if (HasRefused)
            throw new CredentialsUnavailableException("too many failed sign-ins from that address");
        // Whoever hangs up during the pause does not cost us a derivation.
        if (!await wire.PauseAsync(attempts.PauseBefore(client, name)))
            throw new CredentialsUnavailableException("the client has left");
    }
}
