using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Tokens;

/// <summary>Keeps refresh tokens. One that was given in place of another must be on the disk before anything is done with it.</summary>
public interface ITokenStore
{
    /// <returns>Null: there is none.</returns>
    StoredToken? FindToken(string name);

    /// <summary>Returns when it is on the disk.</summary>
    /// <exception cref="StoreUnavailableException">It is not.</exception>
    Task KeepTokenAsync(StoredToken token, CancellationToken stopping);

    /// <returns>There was one.</returns>
    Task<bool> ForgetTokenAsync(string name, CancellationToken stopping);
}
