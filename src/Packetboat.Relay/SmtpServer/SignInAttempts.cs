using System.Net;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;

namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// What sign-ins have come to, in memory: who guesses is slowed down and then turned away, and cannot turn that against the owner of the
/// account. <c>LoginAttempt*</c>.
/// <list type="bullet">
/// <item>By client: a pause at the next connection, and a ban for a while after too many. This machine is never banned.</item>
/// <item>By the neighbourhood of the client, and by the name: a pause before the password is looked at. Never a ban: it would be a stranger
/// who locks an account, or a street.</item>
/// <item>A client from which a name has signed in before is known for that name: neither the ban of its address nor the others' guesses at
/// its name hold it up.</item>
/// <item>A success takes back the failures that the same client had with the same name, and no others: an account of one's own is no
/// licence to guess at the rest.</item>
/// </list>
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="throttle">Pause for each failure, from the second on. <c>LoginAttemptThrottle</c>.</param>
/// <param name="banThreshold">Failures; 0: never. <c>LoginAttemptTempBanThreshold</c>.</param>
/// <param name="banDuration">Since the last failure. <c>LoginAttemptTempBanDuration</c>.</param>
/// <param name="hackThreshold">Failures from which on it looks like guessing; 0: never. <c>LoginAttemptHackThreshold</c>.</param>
public sealed class SignInAttempts(
    TimeProvider time,
    TimeSpan throttle,
    int banThreshold,
    TimeSpan banDuration,
    int hackThreshold = 0
)
{
    private const int MaxKnown = 20_000;
    private const int MaxKnownNames = 64;

    /// <summary>Failures with a name, from wherever they come, that its owner may cause with a program that has the old password.</summary>
    private const int ToleratedOfName = 5;

    /// <summary>In a neighbourhood there are others who mistype.</summary>
    private const int ToleratedOfNeighbourhood = 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ShortestMemory = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly FailureCounts<ClientNetwork> _byClient = new(time, Memory(banDuration));
    private readonly FailureCounts<ClientNetwork> _byNeighbourhood = new(time, Memory(banDuration));
    private readonly FailureCounts<string> _byName = new(time, Memory(banDuration));
    private readonly FailureCounts<(ClientNetwork, string)> _byBoth = new(time, Memory(banDuration));
    private readonly Dictionary<ClientNetwork, HashSet<string>> _known = [];

    /// <returns>Whether that looks like guessing; null: it does not.</returns>
    public SignInSuspicion? Failed(IPAddress client, string name)
    {
        var from = ClientNetwork.Of(client);
        lock (_lock)
        {
            _byClient.Add(from);
            _byNeighbourhood.Add(from.Around);
            _byBoth.Add((from, KeyOf(name)));
            if (KeyOf(name).Length > 0)
                _byName.Add(KeyOf(name));
            int count = _byClient.Of(from);
            return hackThreshold > 0 && count >= hackThreshold ? new SignInSuspicion(count, count == hackThreshold) : null;
        }
    }

    public void Succeeded(IPAddress client, string name)
    {
        var from = ClientNetwork.Of(client);
        string key = KeyOf(name);
        lock (_lock)
        {
            int forgiven = _byBoth.Of((from, key));
            _byBoth.Forgive((from, key), forgiven);
            _byClient.Forgive(from, forgiven);
            _byNeighbourhood.Forgive(from.Around, forgiven);
            _byName.Forgive(key, forgiven);
            Remember(from, key);
        }
    }

    /// <summary>Whether nobody from there is heard: too many failures, and no success before.</summary>
    public bool IsBanned(IPAddress client)
    {
        var from = ClientNetwork.Of(client);
        lock (_lock)
            return HasFailedTooOften(from) && !_known.ContainsKey(from);
    }

    /// <summary>Whether nobody of this name from there is heard.</summary>
    public bool IsBanned(IPAddress client, string name)
    {
        var from = ClientNetwork.Of(client);
        lock (_lock)
            return HasFailedTooOften(from) && !IsKnown(from, KeyOf(name));
    }

    /// <summary>How long a connection from there waits for its greeting.</summary>
    public TimeSpan PauseOf(IPAddress client)
    {
        var from = ClientNetwork.Of(client);
        lock (_lock)
            return _known.ContainsKey(from) ? TimeSpan.Zero : PauseFor(_byClient.Of(from));
    }

    /// <summary>How long a client waits before the password that it has for this name is looked at.</summary>
    public TimeSpan PauseBefore(IPAddress client, string name)
    {
        var from = ClientNetwork.Of(client);
        string key = KeyOf(name);
        lock (_lock)
        {
            if (IsKnown(from, key))
                return PauseFor(_byBoth.Of((from, key)));
            int ofName = _byName.Of(key) - ToleratedOfName;
            int ofNeighbourhood = from.IsLoopback ? 0 : _byNeighbourhood.Of(from.Around) - ToleratedOfNeighbourhood;
            return PauseFor(Math.Max(ofName, ofNeighbourhood));
        }
    }

    private static TimeSpan Memory(TimeSpan banDuration) => banDuration > ShortestMemory ? banDuration : ShortestMemory;

    /// <summary>What cannot be an account's name is counted as one name, so that long ones take no memory.</summary>
    private static string KeyOf(string name)
    {
        string form = QwkId.LoginFormOf(name);
        return form.Length <= QwkId.MaxLength ? form : "";
    }

    private bool HasFailedTooOften(ClientNetwork client) =>
        banThreshold > 0
        && !client.IsLoopback
        && _byClient.Of(client) >= banThreshold
        && _byClient.SinceLast(client) < banDuration;

    private bool IsKnown(ClientNetwork client, string key) =>
        _known.TryGetValue(client, out HashSet<string>? names) && names.Contains(key);

    private void Remember(ClientNetwork client, string key)
    {
        if (!_known.TryGetValue(client, out HashSet<string>? names))
        {
            // Whoever has to be forgotten is greeted like a stranger the next time, and that is all.
            if (_known.Count >= MaxKnown)
                _known.Remove(_known.Keys.First());
            _known[client] = names = new HashSet<string>(StringComparer.Ordinal);
        }

        if (names.Count < MaxKnownNames)
            names.Add(key);
    }

    private TimeSpan PauseFor(int failures)
    {
        if (failures < 2)
            return TimeSpan.Zero;
        TimeSpan pause = throttle * failures;
        return pause < LongestPause ? pause : LongestPause;
    }
}
