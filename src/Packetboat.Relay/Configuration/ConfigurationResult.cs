namespace Packetboat.Relay.Configuration;

/// <summary>What came of reading the configuration.</summary>
/// <param name="Settings">Null if any problem is an error: the old settings stay.</param>
/// <param name="Problems">All of them together, in the order of the files.</param>
/// <param name="Values">Everything in force, also if it was refused.</param>
/// <param name="Files">Full paths of all files that were read, included ones too: what to watch.</param>
public sealed record ConfigurationResult(
    Settings? Settings,
    IReadOnlyList<Problem> Problems,
    IReadOnlyList<EffectiveValue> Values,
    IReadOnlyList<string> Files
)
{
    /// <summary>As far as they could be read, also if they were refused: for who is about to mend them.</summary>
    internal Settings? Draft { get; init; }
}
