namespace Packetboat.Relay.Configuration;

/// <summary>What a rule does with mail.</summary>
public enum RouteAction
{
    /// <summary>To the servers of the recipient's domain.</summary>
    Direct,

    /// <summary>To a relay.</summary>
    Relay,

    /// <summary>Directly, and to a relay where that is refused because of us.</summary>
    Auto,

    /// <summary>It does not leave this system: it goes back to its sender.</summary>
    Never,
}
