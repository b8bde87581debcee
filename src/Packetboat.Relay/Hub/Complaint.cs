namespace Packetboat.Relay.Hub;

/// <summary>What a message's story says of a feedback report about it.</summary>
/// <param name="Message">Its number.</param>
/// <param name="Recipient">Who complains: his number among its recipients; null: it is not known which of several.</param>
/// <param name="At">When the report came.</param>
/// <param name="Text">By whom, and why it was not counted; printable.</param>
/// <param name="Account">That sent the message.</param>
/// <param name="IsCounted">Against <see cref="AccountLimit.SpamComplaintsPerDay"/>.</param>
public sealed record Complaint(long Message, int? Recipient, DateTimeOffset At, string Text, QwkId Account, bool IsCounted);
