namespace Packetboat.Relay.Mqtt;

/// <summary>What a broker says to a client that only publishes.</summary>
/// <param name="Type">CONNACK, PUBACK or PINGRESP.</param>
/// <param name="Id">Of a PUBACK: which packet was taken.</param>
/// <param name="Code">Of a CONNACK: 0, or why we are refused. MQTT 3.1.1 §3.2.2.3.</param>
internal sealed record MqttAnswer(MqttPacketType Type, ushort Id, byte Code);
