namespace Packetboat.Relay.Alarms;

/// <summary>An alarm was raised or cleared.</summary>
/// <param name="Number">Greater than that of each event before.</param>
/// <param name="Id">Of this event and no other, on whatever machine: who is told twice knows it by that.</param>
/// <param name="At">When.</param>
/// <param name="IsCleared">False: it was raised.</param>
/// <param name="Key">Of the alarm.</param>
/// <param name="Kind">Of the alarm.</param>
/// <param name="Raised">Since when the alarm is or was open.</param>
/// <param name="Text">What is or was wrong.</param>
public sealed record AlarmEvent(
    long Number,
    string Id,
    DateTimeOffset At,
    bool IsCleared,
    string Key,
    AlarmKind Kind,
    DateTimeOffset Raised,
    string Text
)
{
    /// <summary>In one word.</summary>
    public string Word => IsCleared ? "cleared" : "raised";
}
