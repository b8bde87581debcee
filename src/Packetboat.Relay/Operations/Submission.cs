namespace Packetboat.Relay.Operations;

/// <summary>What <c>sendmail</c> hands over, besides the message itself.</summary>
/// <param name="Sender">Empty for the null sender.</param>
/// <param name="Recipients">At least one.</param>
/// <param name="User">Which user of this machine.</param>
public sealed record Submission(string Sender, IReadOnlyList<string> Recipients, string User);
