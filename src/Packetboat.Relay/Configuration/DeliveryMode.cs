namespace Packetboat.Relay.Configuration;

public enum DeliveryMode
{
    /// <summary>To each domain's own servers.</summary>
    Direct,

    /// <summary>Everything to <c>RelayServer</c>.</summary>
    Relay,

    /// <summary>Directly, and to <c>RelayServer</c> where the network or a server refuses us.</summary>
    Auto,
}
