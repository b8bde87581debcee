namespace Packetboat.Relay.Operations;

/// <summary>An alarm was raised or cleared.</summary>
/// <param name="At">When.</param>
/// <param name="Event"><c>raised</c> or <c>cleared</c>.</param>
/// <param name="Key">Of the alarm.</param>
/// <param name="Kind">Of the catalogue.</param>
/// <param name="Text">What is or was wrong.</param>
public sealed record AlarmEventRow(DateTimeOffset At, string Event, string Key, string Kind, string Text);
