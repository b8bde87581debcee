namespace Packetboat.Relay.Alarms;

/// <summary>What became of mail in a time.</summary>
public interface IDigestStore
{
    /// <summary>Counts the recipients of messages that were done from one time on and before another: it is cheap to find these.</summary>
    Task<DoneMail> CountDoneAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken stopping);
}
