namespace Packetboat.Relay.Operations;

/// <summary>A copy of the store that was made.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Size">Octets of it.</param>
/// <param name="Messages">In it, done ones included.</param>
/// <param name="Open">Of these, how many still have to go somewhere; their content is in the copy.</param>
public sealed record BackupReport(string File, long Size, long Messages, long Open);
