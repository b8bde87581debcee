namespace Packetboat.Relay.SmtpServer;

/// <summary>So many sign-ins from one network failed that it looks like guessing. <c>LoginAttemptHackThreshold</c>.</summary>
/// <param name="Failures">Of late; what a success has taken back does not count.</param>
/// <param name="IsNews">It has just become so.</param>
public readonly record struct SignInSuspicion(int Failures, bool IsNews);
