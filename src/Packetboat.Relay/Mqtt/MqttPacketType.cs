namespace Packetboat.Relay.Mqtt;

/// <summary>MQTT 3.1.1 §2.2.1.</summary>
internal enum MqttPacketType : byte
{
    None = 0,
    Connect = 1,
    ConnectAnswer = 2,
    Publish = 3,
    PublishAnswer = 4,
    PingRequest = 12,
    PingAnswer = 13,
    Disconnect = 14,
}
