using System.Net;
using Packetboat.Relay.Listening;

namespace Packetboat.Relay.Hub;

/// <summary>
/// How often strangers may try codes: from one client, from its neighbourhood, and in all. A code cannot be guessed at any rate; this keeps
/// the work that they cause within bounds.
/// </summary>
public sealed class EnrolmentBrake(TimeProvider time)
{
    public const int PerClient = 20;
    public const int PerNeighbourhood = 100;
    public const int InAll = 600;
    public static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Allowances<ClientNetwork> _ofClients = new(time, PerClient, Period);
    private readonly Allowances<ClientNetwork> _ofNeighbourhoods = new(time, PerNeighbourhood, Period);
    private readonly Allowances<int> _ofAll = new(time, InAll, Period);

    /// <summary>Counts a try; how long to wait when it is one too many, else zero. Who is held up takes nothing from the others.</summary>
    public TimeSpan WaitOf(IPAddress client)
    {
        var from = ClientNetwork.Of(client);
        lock (_lock)
        {
            TimeSpan wait = Longest(_ofClients.WaitOf(from), _ofNeighbourhoods.WaitOf(from.Around), _ofAll.WaitOf(0));
            if (wait > TimeSpan.Zero)
                return wait;
            _ofClients.Take(from);
            _ofNeighbourhoods.Take(from.Around);
            _ofAll.Take(0);
            return TimeSpan.Zero;
        }
    }

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> waits)
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (TimeSpan wait in waits)
            longest = wait > longest ? wait : longest;
        return longest;
    }
}
