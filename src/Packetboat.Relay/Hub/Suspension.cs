using System.Globalization;

namespace Packetboat.Relay.Hub;

/// <summary>An account is stopped, or all relaying is.</summary>
/// <param name="Reason">The node's sysop reads it in the reply to MAIL.</param>
/// <param name="Since">From this moment on.</param>
/// <param name="Until">When it ends by itself; null: when the operator says so.</param>
/// <param name="Queued">What becomes of mail that was taken before.</param>
/// <param name="Answer">What becomes of new mail.</param>
public sealed record Suspension(
    string Reason,
    DateTimeOffset Since,
    DateTimeOffset? Until,
    QueuedMail Queued = QueuedMail.Hold,
    SuspendedAnswer Answer = SuspendedAnswer.Defer
)
{
    public bool IsInForce(DateTimeOffset now) => Since <= now && (Until is not { } end || now < end);

    /// <summary>
    /// What is to be done with a message in the queue; null: it leaves. Only what was there already is dropped or returned: what slips in
    /// meanwhile, such as a report, is held.
    /// </summary>
    public QueuedMail? FateOf(DateTimeOffset accepted, DateTimeOffset now)
    {
        if (Queued == QueuedMail.Send || !IsInForce(now))
            return null;
        return accepted > Since ? QueuedMail.Hold : Queued;
    }

    /// <summary>Full minutes are shown, and one that is not over must not seem to be.</summary>
    public static DateTimeOffset Shown(DateTimeOffset end) =>
        new(((end.Ticks + TimeSpan.TicksPerMinute - 1) / TimeSpan.TicksPerMinute) * TimeSpan.TicksPerMinute, end.Offset);

    /// <summary>Reason and end, for a reply or a trace: <c> (spam complaint) until 2027-01-31 12:00 UTC</c>.</summary>
    public string Describe()
    {
        string reason = Reason.Length == 0 ? "" : $" ({Reason})";
        string end = Until is { } until
            ? string.Create(CultureInfo.InvariantCulture, $" until {Shown(until).UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : "";
        return reason + end;
    }
}

/// <summary>What becomes of mail that is queued when its account is suspended. Values are stored: they never change their meaning.</summary>
public enum QueuedMail
{
    /// <summary>It stays until the suspension ends, and is sent then.</summary>
    Hold = 0,

    /// <summary>It is removed without a word to anybody.</summary>
    Drop = 1,

    /// <summary>It goes back to its sender.</summary>
    Bounce = 2,

    /// <summary>It is sent as if nothing had happened.</summary>
    Send = 3,
}

/// <summary>What a suspended account hears at MAIL. Values are stored: they never change their meaning.</summary>
public enum SuspendedAnswer
{
    /// <summary>451: the node keeps its mail.</summary>
    Defer = 0,

    /// <summary>550: the node returns it to its authors.</summary>
    Refuse = 1,
}
