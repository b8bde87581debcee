namespace Packetboat.Relay.Operations;

/// <summary>What became of the users of a Synchronet system.</summary>
/// <param name="File">Where they stand.</param>
/// <param name="IsDryRun">Nothing was done.</param>
/// <param name="Rows">The nodes, or those that were named.</param>
/// <param name="Others">Users that are no nodes and were not named.</param>
/// <param name="Fault">What is wrong with the file as a whole; empty: nothing.</param>
public sealed record ImportReport(string File, bool IsDryRun, IReadOnlyList<ImportRow> Rows, int Others, string Fault)
{
    public bool IsWhole => Fault.Length == 0 && Rows.All(row => row.IsTaken);
}

/// <summary>What became of one user.</summary>
/// <param name="User">Its number; 0: the file has no such user.</param>
/// <param name="Alias">Its name there.</param>
/// <param name="IsTaken">It has an account now, or would have.</param>
/// <param name="Reason">Why not; empty: taken.</param>
/// <param name="Remedy">What to do about it; empty likewise.</param>
public sealed record ImportRow(int User, string Alias, bool IsTaken, string Reason, string Remedy);
