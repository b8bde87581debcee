using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary>By which way a recipient's copy leaves. Everything of one name shares connections, limits and troubles.</summary>
/// <param name="Name">As people see it.</param>
public abstract record Route(string Name)
{
    /// <summary>Everything to one smart host.</summary>
    public sealed record Relay(RelaySettings Settings) : Route($"relay {Settings.Server}:{Settings.Port}");

    /// <summary>To the servers that the domain names for its mail.</summary>
    /// <param name="Domain">A-labels, lower case.</param>
    public sealed record Direct(string Domain) : Route($"mx {Domain}");
}
