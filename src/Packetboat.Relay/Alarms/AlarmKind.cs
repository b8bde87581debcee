namespace Packetboat.Relay.Alarms;

/// <summary>One kind of thing that an operator must act on.</summary>
/// <param name="Id">A word that keeps its meaning: scripts and receivers of webhooks go by it.</param>
/// <param name="Prefix">With what the keys of its alarms begin, up to the first colon.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Explanation">What it means.</param>
/// <param name="Remedy">What the operator does about it.</param>
public sealed record AlarmKind(string Id, string Prefix, AlarmSeverity Severity, string Explanation, string Remedy)
{
    /// <summary>
    /// How long it has to be over before anybody outside is told so: what comes and goes is one alarm and not many. Zero: at once.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.Zero;
}
