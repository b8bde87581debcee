using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>How mail should leave this machine.</summary>
/// <param name="Words">One sentence.</param>
/// <param name="Command">What makes it so; empty where nothing has to be done, or no command does it.</param>
/// <param name="Changes">The same as lines of the settings; empty where they are right, or where the operator must find out a value.</param>
public sealed record Advice(string Words, string Command, IReadOnlyList<SettingChange> Changes);
