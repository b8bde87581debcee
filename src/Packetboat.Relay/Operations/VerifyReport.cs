namespace Packetboat.Relay.Operations;

/// <summary>What a look at a whole store found.</summary>
/// <param name="File">The database that was read.</param>
/// <param name="Checks">In the order in which they were made.</param>
public sealed record VerifyReport(string File, IReadOnlyList<VerifyCheck> Checks)
{
    public bool IsSound => Checks.All(check => check.Faults.Count == 0);
}
