namespace Packetboat.Fuzz;

/// <summary>What must hold does not.</summary>
internal sealed class FindingException(string what) : Exception(what);
