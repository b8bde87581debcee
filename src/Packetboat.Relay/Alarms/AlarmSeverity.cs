namespace Packetboat.Relay.Alarms;

/// <summary>How bad it is. As the states of a monitoring plugin, whose exit codes are 1 and 2.</summary>
public enum AlarmSeverity
{
    /// <summary>Mail goes on; without the operator it will not for ever.</summary>
    Warning = 1,

    /// <summary>Mail does not go on, or not all of it.</summary>
    Critical = 2,
}
