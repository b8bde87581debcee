namespace Packetboat.Bench.Relay;

/// <summary>Who takes part.</summary>
/// <param name="Name">As in the table.</param>
/// <param name="Script">Starts it.</param>
/// <param name="Program">For Packetboat: which binary.</param>
/// <param name="Factor">How many times the messages of a point it is given, so that its run takes some seconds too.</param>
internal sealed record Contestant(string Name, string Script, string Program, double Factor)
{
    /// <summary>Who signs in. An account of chasquid is an address.</summary>
    public string UserName => Name == "chasquid" ? "bench@bench.test" : Point.UserName;
}
