namespace Packetboat.Relay.Hub;

/// <summary>A message that is counted and not accepted yet.</summary>
public sealed class UsageReservation
{
    private readonly AccountUsage _usage;
    private readonly int _nullSender;
    private readonly int _recipients;
    private readonly long _hour;
    private readonly bool _wasQueued;

    internal UsageReservation(
        QwkId account,
        AccountUsage usage,
        long hour,
        int recipients,
        int nullSender,
        IReadOnlyList<long> firstTime,
        LimitLeft? near,
        StoppedMail? stopped,
        bool wasQueued
    )
    {
        _wasQueued = wasQueued;
        (Account, _usage, _hour, _recipients, _nullSender) = (account, usage, hour, recipients, nullSender);
        (FirstTimeRecipients, Near, Stopped) = (firstTime, near, stopped);
    }

    /// <summary>Whose.</summary>
    public QwkId Account { get; }

    /// <summary>To be remembered with the message: <see cref="SendingUsage.KeyOf"/>.</summary>
    public IReadOnlyList<long> FirstTimeRecipients { get; }

    /// <summary>Of which limit little is left, with this message counted.</summary>
    public LimitLeft? Near { get; }

    /// <summary>The message is taken and does not leave; it is in no counter but that of the queue.</summary>
    public StoppedMail? Stopped { get; }

    /// <summary>As they are when they are written, which is once for many messages.</summary>
    public UsageCounters Counters() => _usage.Current();

    /// <summary>The message is accepted.</summary>
    public void Complete() => _usage.Complete();

    /// <summary>The message is not accepted.</summary>
    public void Cancel() =>
        _usage.GiveBack(_hour, Stopped is null ? _recipients : null, _nullSender, FirstTimeRecipients, _wasQueued);
}

/// <summary>Why a message that is accepted does not leave. Values are stored: they never change their meaning.</summary>
public enum HoldKind
{
    /// <summary>By the operator, who releases it.</summary>
    Operator = 0,

    /// <summary>By a suspension, and released with it.</summary>
    Suspension = 1,

    /// <summary>By a limit, until its counter allows it.</summary>
    Delayed = 2,

    /// <summary>By a limit, until the operator releases it.</summary>
    Limit = 3,
}

/// <summary>How a message is stopped at its acceptance.</summary>
/// <param name="Kind">By whom.</param>
/// <param name="Until">When it is looked at again, where that helps.</param>
/// <param name="Why">For the trace.</param>
public sealed record StoppedMail(HoldKind Kind, DateTimeOffset Until, string Why);
