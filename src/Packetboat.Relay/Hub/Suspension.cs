namespace Packetboat.Relay.Hub;

/// <summary>An account is stopped.</summary>
/// <param name="Reason">The node's sysop reads it in the reply to MAIL.</param>
/// <param name="Since">From this moment on.</param>
/// <param name="Until">When it ends by itself; null: when the operator says so.</param>
public sealed record Suspension(string Reason, DateTimeOffset Since, DateTimeOffset? Until)
{
    public bool IsInForce(DateTimeOffset now) => Since <= now && (Until is not { } end || now < end);
}
