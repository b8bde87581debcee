namespace Packetboat.Relay.Queue;

/// <summary>How far a recipient keeps to the way that he has, whatever else is better by now. Stored: the numbers stay.</summary>
public enum Binding
{
    None = 0,

    /// <summary>A copy may have arrived by the very route that he has.</summary>
    Route = 1,

    /// <summary>His own servers have refused him because of us: he is some relay's.</summary>
    Relays = 2,
}
