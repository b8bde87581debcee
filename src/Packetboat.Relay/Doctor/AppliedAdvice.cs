using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>What came of writing a report's advice into the settings.</summary>
/// <param name="Words">One sentence.</param>
/// <param name="Files">That were written; none: nothing was.</param>
public sealed record AppliedAdvice(string Words, IReadOnlyList<WrittenFile> Files);
