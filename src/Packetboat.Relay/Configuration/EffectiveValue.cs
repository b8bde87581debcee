namespace Packetboat.Relay.Configuration;

/// <summary>A setting in force, and where it came from.</summary>
/// <param name="Section">Of the key.</param>
/// <param name="Key">Its name; a flag is <c>Options: NAME</c>.</param>
/// <param name="Value">As it would be written; a secret is <c>(set)</c>.</param>
/// <param name="Source">Such as <c>ctrl/sbbs.ini:12</c>, <c>[Global] ctrl/sbbs.ini:3</c> or <c>default</c>.</param>
/// <param name="UsedYet">Whether anything in this version looks at it.</param>
public sealed record EffectiveValue(string Section, string Key, string Value, string Source, bool UsedYet)
{
    public const string Default = "default";

    /// <summary>The file that nobody else may read because of it: the one it stands in, or the one that it names; null: it is no secret.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Whether an operator wrote it.</summary>
    public bool IsSet => Source != Default;
}
