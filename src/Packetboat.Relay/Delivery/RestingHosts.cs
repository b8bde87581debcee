using System.Net;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// The addresses of mail hosts that did not take us lately. They are called behind the other hosts of a domain until a pause is over, which
/// doubles with each failure: a dead host in front would cost each message its time-out, and a busy one would be asked again and again.
/// </summary>
internal sealed class RestingHosts(TimeProvider time)
{
    public static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>More are not remembered: they are called as if they were well.</summary>
    private const int Most = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (long Since, TimeSpan Pause)> _resting = [];

    public bool Rests(IPAddress address)
    {
        lock (_lock)
            return _resting.TryGetValue(address, out (long Since, TimeSpan Pause) rest) && !IsOver(rest);
    }

    public void Answered(IPAddress address)
    {
        lock (_lock)
            _resting.Remove(address);
    }

    /// <summary>Several calls that fail together are one failure: a pause that is not over is not made longer.</summary>
    public void Failed(IPAddress address)
    {
        lock (_lock)
        {
            bool isKnown = _resting.TryGetValue(address, out (long Since, TimeSpan Pause) rest);
            if (isKnown && !IsOver(rest))
                return;
            if (!isKnown && _resting.Count >= Most && !MakeRoom())
                return;
            TimeSpan pause = isKnown ? rest.Pause * 2 : First;
            _resting[address] = (time.GetTimestamp(), pause < Longest ? pause : Longest);
        }
    }

    private bool IsOver((long Since, TimeSpan Pause) rest) => time.GetElapsedTime(rest.Since) >= rest.Pause;

    private bool MakeRoom()
    {
        foreach (IPAddress address in _resting.Where(one => IsOver(one.Value)).Select(one => one.Key).ToArray())
            _resting.Remove(address);
        return _resting.Count < Most;
    }
}
