namespace Packetboat.Relay.Alarms;

/// <summary>How far two clocks are from each other.</summary>
internal enum ClockDistance
{
    Near,

    /// <summary>Neither: no alarm begins, and none ends.</summary>
    Between,
    Far,
}
