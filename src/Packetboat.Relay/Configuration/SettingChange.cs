namespace Packetboat.Relay.Configuration;

/// <summary>A line of the settings that is to be written.</summary>
/// <param name="File">Its file, without the folder; <c>sbbs.ini</c> stands for whichever is read as that.</param>
/// <param name="Section">Where in it.</param>
/// <param name="Key">Which.</param>
/// <param name="Value">What.</param>
public sealed record SettingChange(string File, string Section, string Key, string Value)
{
    public override string ToString() => $"{Key} = {Value} in [{Section}] of {File}";
}
