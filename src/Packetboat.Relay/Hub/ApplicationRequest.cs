namespace Packetboat.Relay.Hub;

/// <summary>A stranger asks for an account, or what became of that. A member that is missing, or null in JSON, is empty.</summary>
public sealed record ApplicationRequest
{
    public const int MaxContact = 200;
    public const int MaxWords = 1000;

    /// <summary>He has made it himself, and joins by it when the operator has approved.</summary>
    public string Code
    {
        get;
        init => field = value ?? "";
    } = "";

    public string Id
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>From which he means to send; null: unknown.</summary>
    public string? Domain { get; init; }

    /// <summary>How to reach him.</summary>
    public string Contact
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>What he says about himself.</summary>
    public string Words
    {
        get;
        init => field = value ?? "";
    } = "";

    public string Terms
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>It holds a secret.</summary>
    public override string ToString() => nameof(ApplicationRequest);
}

/// <summary>What became of it.</summary>
/// <param name="Name">How the operator calls it.</param>
/// <param name="State">waiting, approved or refused.</param>
/// <param name="Reason">Of a refusal.</param>
public sealed record ApplicationAnswer(string Name, string State, string Reason)
{
    public const string Waiting = "waiting";
    public const string Approved = "approved";
    public const string Refused = "refused";
}
