namespace Packetboat.Protocol.SmtpClient;

/// <summary>What became of one recipient in the end: its own refusal, or the fate of the message.</summary>
public sealed record RecipientOutcome(SmtpRecipient Recipient, SmtpOutcome Outcome);

/// <summary>The end of a transaction.</summary>
/// <param name="Message">What decided about the message as a whole; null where no recipient was left to send it for.</param>
/// <param name="Recipients">One for each recipient of the transaction, in its order.</param>
/// <param name="ConnectionSurvives">Whether the session may be used for another transaction.</param>
public sealed record TransactionOutcome(
    SmtpOutcome? Message,
    IReadOnlyList<RecipientOutcome> Recipients,
    bool ConnectionSurvives
);
