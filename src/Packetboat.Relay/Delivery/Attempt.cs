using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Delivery;

/// <summary>What an attempt says about its route, beyond the message in hand.</summary>
public abstract record RouteHealth
{
    private RouteHealth() { }

    /// <summary>The next message may follow at once.</summary>
    public sealed record Open : RouteHealth;

    /// <summary>Nobody there, or nobody who would talk: the others need not find that out one by one.</summary>
    /// <param name="Reason">In words.</param>
    /// <param name="Outcome">What says so.</param>
    public sealed record Down(string Reason, RemoteOutcome Outcome) : RouteHealth;

    /// <summary>
    /// It is us: credentials, settings, a certificate. No message counts an attempt or goes back for it; the operator is told once.
    /// </summary>
    /// <param name="Reason">In words.</param>
    /// <param name="Outcome">What says so.</param>
    public sealed record Parked(string Reason, RemoteOutcome Outcome) : RouteHealth;

    /// <summary>We hold back for a moment by ourselves. No message counts an attempt for it, and nobody has to be told.</summary>
    /// <param name="Until">Nothing is tried before.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Paced(DateTimeOffset Until, string Reason) : RouteHealth;
}

/// <summary>One attempt at one item.</summary>
/// <param name="Item">What was to be delivered.</param>
/// <param name="Recipients">One for each of its recipients; where the route is parked, only for those that were taken before.</param>
/// <param name="Health">Of the route.</param>
/// <param name="Host">The peer; empty when none was reached.</param>
/// <param name="Security">TLS and sign-in, in words.</param>
/// <param name="PeerReports">The peer offered DSN and will report what it was asked to.</param>
public sealed record Attempt(
    DeliveryItem Item,
    IReadOnlyList<RecipientAttempt> Recipients,
    RouteHealth Health,
    string Host,
    string Security,
    bool PeerReports
)
{
    /// <summary>By which way; null: none was tried.</summary>
    public Route? Tried { get; init; }

    /// <summary>What was heard may be anybody's who sits on the way: mail that must go over TLS takes no other way because of it.</summary>
    public bool IsForgeable { get; init; }

    /// <summary>A suspension came first: nothing was tried.</summary>
    public bool IsStopped => Recipients.Count == 0 && Health is RouteHealth.Open;

    public static Attempt Stopped(DeliveryItem item) => new(item, [], new RouteHealth.Open(), "", "", PeerReports: false);

    /// <summary>Those of whom nothing was said: they wait as if nothing had been tried.</summary>
    public IReadOnlyList<QueuedRecipient> Untried =>
        [.. Item.Recipients.Where(to => Recipients.All(attempt => attempt.Recipient.Number != to.Number))];
}

/// <param name="Recipient">Whom it concerns.</param>
/// <param name="Verdict">What it means.</param>
/// <param name="Reply">The peer's words, or ours.</param>
/// <param name="FromPeer">Whose they are.</param>
public sealed record RecipientAttempt(QueuedRecipient Recipient, SmtpVerdict Verdict, SmtpReply Reply, bool FromPeer)
{
    /// <summary>Why it failed, where more is known than the reply says; null: the reply says it.</summary>
    public Cause? Cause { get; init; }

    /// <summary>The operator wants it back with its sender, in his words.</summary>
    public bool IsReturned { get; init; }
}
