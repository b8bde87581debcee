namespace Packetboat.Relay.Doctor;

/// <summary>How mail should leave this machine.</summary>
/// <param name="Words">One sentence.</param>
/// <param name="Command">What makes it so; empty where nothing has to be done, or no command does it.</param>
/// <param name="Changes">The same as lines of the settings; empty where they are right, or where the operator must find out a value.</param>
public sealed record Advice(string Words, string Command, IReadOnlyList<SettingChange> Changes);

/// <summary>A line of the settings that is to be written.</summary>
/// <param name="File">Its file, without the folder.</param>
/// <param name="Section">Where in it.</param>
/// <param name="Key">Which.</param>
/// <param name="Value">What.</param>
public sealed record SettingChange(string File, string Section, string Key, string Value)
{
    public override string ToString() => $"{Key} = {Value} in [{Section}] of {File}";
}
