namespace Packetboat.Relay.Hub;

/// <summary>What accounts have sent, kept. It is written with the messages themselves: see <see cref="UsageReservation"/>.</summary>
public interface IUsageStore
{
    /// <summary>Null: nothing is known of the account.</summary>
    UsageCounters? ReadUsage(QwkId id);

    /// <summary>Everybody whom the account has sent to, as <see cref="SendingUsage.KeyOf"/>.</summary>
    IReadOnlyCollection<long> ReadKnownRecipients(QwkId id);
}
