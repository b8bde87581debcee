namespace Packetboat.Relay.Operations;

/// <summary>The audit trail of what commands do by themselves.</summary>
public interface IDeedOperations
{
    /// <summary>Writes it down.</summary>
    /// <param name="deed">What was done.</param>
    /// <param name="target">To what: a key's record, a hub.</param>
    /// <param name="reason">How, and why.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<Done>> NoteAsync(OperatorDeed deed, string target, string reason, CancellationToken ct);
}
