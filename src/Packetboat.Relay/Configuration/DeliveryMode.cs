namespace Packetboat.Relay.Configuration;

public enum DeliveryMode
{
    /// <summary>To each domain's own servers.</summary>
    Direct,

    /// <summary>Everything to <c>RelayServer</c>.</summary>
    Relay,
}
