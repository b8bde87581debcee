using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>What an operation gave, or why it was refused: exactly one of the two is there.</summary>
public sealed record Result<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(null, refusal);
}
