namespace Packetboat.Relay.Mqtt;

/// <summary>How we present ourselves to a broker.</summary>
/// <param name="ClientId">Another connection with the same ends this one.</param>
/// <param name="KeepAliveSeconds">The broker takes us for gone when it has heard nothing for one and a half times as long.</param>
/// <param name="WillTopic">What it then publishes, retained; blank: nothing.</param>
/// <param name="WillMessage">The text.</param>
/// <param name="Username">Blank: none.</param>
/// <param name="Password">Null or empty: none.</param>
internal sealed record MqttConnectOptions(
    string ClientId,
    ushort KeepAliveSeconds,
    string WillTopic,
    string WillMessage,
    string Username,
    byte[]? Password
)
{
    /// <summary>It may hold a password.</summary>
    public override string ToString() => $"{nameof(MqttConnectOptions)} {ClientId}";
}
