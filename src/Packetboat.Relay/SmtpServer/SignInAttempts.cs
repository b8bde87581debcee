using System.Net;

namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// Failed sign-ins by address, in memory: a pause at the next connection, and a ban for a while after too many. <c>LoginAttempt*</c>.
/// The machine itself is never banned. Bounded: where there is no room the addresses that were longest quiet are forgotten.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="throttle">Pause at connect for each failure, from the second on. <c>LoginAttemptThrottle</c>.</param>
/// <param name="banThreshold">Failures; 0: never. <c>LoginAttemptTempBanThreshold</c>.</param>
/// <param name="banDuration">Since the last failure. <c>LoginAttemptTempBanDuration</c>.</param>
public sealed class SignInAttempts(TimeProvider time, TimeSpan throttle, int banThreshold, TimeSpan banDuration)
{
    private const int MaxAddresses = 50_000;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Failures> _failures = [];

    public void Note(IPAddress client)
    {
        lock (_lock)
        {
            if (_failures.Count >= MaxAddresses)
                ForgetOldest();
            IPAddress key = KeyOf(client);
            int count = _failures.TryGetValue(key, out Failures known) ? known.Count : 0;
            _failures[key] = new Failures(count + 1, time.GetUtcNow());
        }
    }

    public void Forget(IPAddress client)
    {
        lock (_lock)
            _failures.Remove(KeyOf(client));
    }

    public bool IsBanned(IPAddress client)
    {
        if (banThreshold <= 0 || IPAddress.IsLoopback(KeyOf(client)))
            return false;
        lock (_lock)
        {
            if (!_failures.TryGetValue(KeyOf(client), out Failures known) || known.Count < banThreshold)
                return false;
            if (time.GetUtcNow() - known.Last < banDuration)
                return true;
            _failures.Remove(KeyOf(client));
            return false;
        }
    }

    /// <summary>How long a connection from there waits for its greeting.</summary>
    public TimeSpan PauseOf(IPAddress client)
    {
        lock (_lock)
        {
            if (!_failures.TryGetValue(KeyOf(client), out Failures known) || known.Count < 2)
                return TimeSpan.Zero;
            TimeSpan pause = throttle * known.Count;
            return pause < LongestPause ? pause : LongestPause;
        }
    }

    private void ForgetOldest()
    {
        foreach (
            IPAddress old in _failures.OrderBy(pair => pair.Value.Last).Take(MaxAddresses / 10).Select(pair => pair.Key).ToList()
        )
            _failures.Remove(old);
    }

    /// <summary>A household of IPv6 is one: its addresses are free for the taking.</summary>
    private static IPAddress KeyOf(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        if (client.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(client))
            return client;
        byte[] network = client.GetAddressBytes();
        network.AsSpan(8).Clear();
        return new IPAddress(network);
    }

    private readonly record struct Failures(int Count, DateTimeOffset Last);
}
