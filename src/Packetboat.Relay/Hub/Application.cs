namespace Packetboat.Relay.Hub;

/// <summary>
/// A stranger's wish for an account. He has made the code himself; when the operator approves, it becomes the code of an invitation.
/// Everything in it is a stranger's word.
/// </summary>
/// <param name="Name">The first group of his code.</param>
/// <param name="CodeHash">Of the whole code.</param>
/// <param name="Id">The account that he wants.</param>
/// <param name="Domain">From which he means to send; may be empty.</param>
/// <param name="Contact">How to reach him.</param>
/// <param name="Words">What he says about himself.</param>
/// <param name="Client">The address that he came from.</param>
/// <param name="Created">When.</param>
/// <param name="Refused">When the operator refused; else null.</param>
/// <param name="Reason">Of the refusal.</param>
public sealed record Application(
    string Name,
    byte[] CodeHash,
    QwkId Id,
    string Domain,
    string Contact,
    string Words,
    string Client,
    DateTimeOffset Created,
    DateTimeOffset? Refused = null,
    string Reason = ""
)
{
    /// <summary>How long it waits for the operator.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>More at once than an operator reads: strangers write them.</summary>
    public const int MaxWaiting = 100;

    public override string ToString() => Name;
}
