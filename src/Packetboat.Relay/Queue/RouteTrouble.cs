namespace Packetboat.Relay.Queue;

/// <summary>A route that nothing leaves by at present.</summary>
/// <param name="Route">Its name.</param>
/// <param name="Reason">What happened.</param>
/// <param name="IsParked">Because of us: the operator has to act.</param>
/// <param name="NextTry">When one message goes ahead as a probe.</param>
/// <param name="Class">What kind of failure it is, such as <c>host-down</c>.</param>
/// <param name="Explanation">What it means; may be empty.</param>
/// <param name="Remedy">What the operator can do; may be empty.</param>
public sealed record RouteTrouble(
    string Route,
    string Reason,
    bool IsParked,
    DateTimeOffset? NextTry,
    string Class,
    string Explanation,
    string Remedy
);
