using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Queue;

/// <summary>What became of one recipient in one attempt; the store files it, the trace shows it.</summary>
/// <param name="Recipient">The recipient's number.</param>
/// <param name="State">Its new state.</param>
/// <param name="Due">When it is tried again; meaningless once it is done.</param>
/// <param name="Attempts">Attempts that count, this one included.</param>
/// <param name="Host">The peer, <c>mx.example [192.0.2.1]:25</c>; empty when none was reached.</param>
/// <param name="Security"><c>TLS 1.3 verified, AUTH PLAIN as MYBBS</c>, or empty.</param>
/// <param name="Reply">The peer's words, or ours where it said none. Printable, bounded.</param>
/// <param name="Event">What the trace calls it.</param>
public sealed record RecipientResult(
    int Recipient,
    RecipientState State,
    DateTimeOffset Due,
    int Attempts,
    string Host,
    string Security,
    string Reply,
    TraceKind Event
)
{
    /// <summary>Why it failed; of a success nothing.</summary>
    public Cause Cause { get; init; } = Cause.None;

    /// <summary>The route that it leaves by now; null: the one that it had.</summary>
    public string? Route { get; init; }

    /// <summary>Nothing but the route's trouble holds him up: he is tried as soon as that is over, whatever <see cref="Due"/> says.</summary>
    public bool WaitsForRoute { get; init; }

    /// <summary>Whether he keeps to his way; null: that is as it was.</summary>
    public Binding? Binding { get; init; }
}
