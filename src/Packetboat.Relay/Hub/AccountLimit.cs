namespace Packetboat.Relay.Hub;

/// <summary>
/// What an account's use is held against; the name says the unit, and is the key's in <c>[Limits]</c>. An hour and a day are those of the
/// clock, in UTC. Values are stored: they never change their meaning.
/// </summary>
public enum AccountLimit
{
    /// <summary>Messages accepted in the hour.</summary>
    MessagesPerHour = 0,

    /// <summary>Messages accepted in the day.</summary>
    MessagesPerDay = 1,

    /// <summary>Recipients of these messages, each time one is named.</summary>
    RecipientsPerHour = 2,

    /// <summary>The same, in the day.</summary>
    RecipientsPerDay = 3,

    /// <summary>In one envelope.</summary>
    RecipientsPerMessage = 4,

    /// <summary>Recipients whom the account has never sent to before.</summary>
    FirstTimeRecipientsPerDay = 5,

    /// <summary>Octets of one message.</summary>
    BytesPerMessage = 6,

    /// <summary>Messages that still have to go somewhere.</summary>
    QueuedMessages = 7,

    /// <summary>Of the recipients of the day, how many of a hundred were refused for good.</summary>
    HardBouncePercentPerDay = 8,

    /// <summary>Messages with the null sender.</summary>
    NullSenderMessagesPerHour = 9,

    /// <summary>Messages of the account that a receiver's user called spam. RFC 5965.</summary>
    SpamComplaintsPerDay = 10,

    /// <summary>Sign-ins from a network, /24 or of IPv6 /48, that the account has never come from before.</summary>
    NewNetworksPerDay = 11,
}
