namespace Packetboat.Relay.Hub;

/// <summary>What an account has instead of the value that all have.</summary>
/// <param name="Limit">Which.</param>
/// <param name="Value">Null: as all.</param>
/// <param name="Action">Null: as all.</param>
public sealed record OwnLimit(AccountLimit Limit, long? Value, LimitAction? Action);
