using System.Text.Json.Serialization;

namespace Packetboat.Relay.Operations;

/// <summary>What an operator wants done with queued mail.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueueAction>))]
public enum QueueAction
{
    Retry,
    Hold,
    Release,
    Bounce,
    Drop,
}
