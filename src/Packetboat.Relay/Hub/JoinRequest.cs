namespace Packetboat.Relay.Hub;

/// <summary>A node asks for its account. A member that is missing, or null in JSON, is empty.</summary>
public sealed record JoinRequest
{
    public const int MinKeyLength = 22;
    public const int MaxKeyLength = 128;

    /// <summary>From the operator.</summary>
    public string Code
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>
    /// The node's own secret, <see cref="MinKeyLength"/> to <see cref="MaxKeyLength"/> characters of base64url: 128 random bits or more. Who
    /// asks again with the same one gets the same answer.
    /// </summary>
    public string Key
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The QWK-ID that it would like; null: the invitation's, or one that the hub makes.</summary>
    public string? Id { get; init; }

    /// <summary>From which it means to send, where the invitation does not say; null: unknown.</summary>
    public string? Domain { get; init; }

    /// <summary>The version of the terms that its sysop has accepted.</summary>
    public string Terms
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>It holds two secrets.</summary>
    public override string ToString() => nameof(JoinRequest);
}
