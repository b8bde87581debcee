namespace Packetboat.Relay.Operations;

/// <summary>One kind of thing that was looked at.</summary>
/// <param name="What">What it is.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Note">Worth knowing, and no fault.</param>
/// <param name="Faults">What is wrong, the first few of each kind, and how many more there are.</param>
public sealed record VerifyCheck(string What, long Count, string Note, IReadOnlyList<string> Faults);
