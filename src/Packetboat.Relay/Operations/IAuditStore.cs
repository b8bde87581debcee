namespace Packetboat.Relay.Operations;

/// <summary>Who did what. Entries are added and never changed or forgotten: operators do few things.</summary>
public interface IAuditStore
{
    /// <summary>Durable when it returns.</summary>
    Task NoteAsync(AuditEntry entry, CancellationToken ct);

    /// <summary>Newest first.</summary>
    /// <param name="target">An account, or what else was acted on; null: all.</param>
    /// <param name="limit">So many.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<IReadOnlyList<AuditEntry>> ListAuditAsync(string? target, int limit, CancellationToken ct);
}

/// <summary>One thing that an operator, or the server by itself, has done.</summary>
/// <param name="At">When.</param>
/// <param name="Who">Who, and from where.</param>
/// <param name="Action">Such as <c>account suspend</c>.</param>
/// <param name="Target">To what: an account, <c>relaying</c>, part of the queue.</param>
/// <param name="Reason">In the operator's words, and how it was to be done.</param>
public sealed record AuditEntry(DateTimeOffset At, Operator Who, string Action, string Target, string Reason);

/// <summary>Somebody who may do what an operator may.</summary>
/// <param name="Name">A user of this machine.</param>
/// <param name="From">Where he sits: a terminal, a client's address.</param>
public sealed record Operator(string Name, string From)
{
    /// <summary>The server, acting by its own rules.</summary>
    public static Operator Itself { get; } = new("packetboat", "");
}
