using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Remembers for a while which passwords were right, so that a node that signs in for each message does not cost a derivation each time.
/// It keeps neither names nor passwords, only their hash under a key that lives as long as the process. The verifier is part of what is
/// hashed: a changed or revoked credential is forgotten by itself.
/// </summary>
internal sealed class VerifiedPasswords(TimeProvider clock, int capacity = 4096)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    // All live equally long, so the order of arrival is the order of expiry.
    private readonly Queue<(string Hash, long Added)> _order = new();

    public bool Contains(string loginForm, string password, string verifier)
    {
        string hash = Hash(loginForm, password, verifier);
        lock (_lock)
        {
            DropExpired();
            return _known.Contains(hash);
        }
    }

    public void Add(string loginForm, string password, string verifier)
    {
        string hash = Hash(loginForm, password, verifier);
        lock (_lock)
        {
            DropExpired();
            if (!_known.Add(hash))
                return;
            _order.Enqueue((hash, clock.GetTimestamp()));
            if (_order.Count > capacity)
                _known.Remove(_order.Dequeue().Hash);
        }
    }

    private void DropExpired()
    {
        while (_order.TryPeek(out (string Hash, long Added) oldest) && clock.GetElapsedTime(oldest.Added) >= Lifetime)
            _known.Remove(_order.Dequeue().Hash);
    }

    /// <summary>NUL cannot occur in any of the three, so no two triples run together.</summary>
    private string Hash(string loginForm, string password, string verifier) =>
        Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{loginForm}\0{password}\0{verifier}")));
}
