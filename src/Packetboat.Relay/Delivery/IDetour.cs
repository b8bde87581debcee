using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Delivery;

/// <summary>Finds the relay for what its own servers do not take because of us.</summary>
internal interface IDetour
{
    /// <summary>A recipient's copy was taken.</summary>
    void Delivered(Attempt attempt, RecipientAttempt outcome);

    /// <summary>Why a recipient is sent again by a relay, in words; null: the outcome stands.</summary>
    string? After(Attempt attempt, RecipientAttempt outcome, Cause cause);
}
