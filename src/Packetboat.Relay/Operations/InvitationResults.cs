using System.Text.Json;
using System.Text.Json.Serialization;

namespace Packetboat.Relay.Operations;

/// <summary>What an invitation is to be.</summary>
public sealed record InvitationWish
{
    /// <summary>The account that it is for; null: whoever comes may choose.</summary>
    public string? Id { get; init; }

    /// <summary>From which the node will send; null: it says so itself.</summary>
    public string? Domain { get; init; }

    /// <summary>Accounts that may be made by it.</summary>
    public int Uses { get; init; } = 1;

    /// <summary>Null: a week.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The operator's words.</summary>
    public string Note { get; init; } = "";
}

/// <summary>An invitation, without its code.</summary>
/// <param name="Name">The first group of the code.</param>
/// <param name="State">open, used, expired, revoked.</param>
/// <param name="Id">The account that it is for; null: any.</param>
/// <param name="Domain">May be empty.</param>
/// <param name="Uses">Accounts that may be made by it.</param>
/// <param name="Used">Accounts that were.</param>
/// <param name="Created">When.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="Note">The operator's words.</param>
public sealed record InvitationRow(
    string Name,
    string State,
    string? Id,
    string Domain,
    int Uses,
    int Used,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    string Note
);

/// <summary>A new invitation: its code is shown once, then only its hash is known.</summary>
/// <param name="Invitation">Without the code.</param>
/// <param name="Code">The code.</param>
/// <param name="Command">What the sysop runs; null while <c>EnrolmentPort</c> is not set.</param>
public sealed record IssuedInvitation(InvitationRow Invitation, string Code, string? Command)
{
    /// <summary>Without the code.</summary>
    public override string ToString() => Invitation.Name;
}

/// <summary>A stranger's application. All words in it are his.</summary>
/// <param name="Name">How to call it.</param>
/// <param name="State">waiting or refused.</param>
/// <param name="Id">The account that he wants.</param>
/// <param name="Domain">From which he means to send; may be empty.</param>
/// <param name="Contact">How to reach him.</param>
/// <param name="Words">What he says about himself.</param>
/// <param name="Client">The address that he came from.</param>
/// <param name="Created">When.</param>
/// <param name="Reason">Of the refusal.</param>
public sealed record ApplicationRow(
    string Name,
    string State,
    string Id,
    string Domain,
    string Contact,
    string Words,
    string Client,
    DateTimeOffset Created,
    string Reason
);

/// <summary>These values as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IssuedInvitation))]
[JsonSerializable(typeof(Result<IssuedInvitation>))]
[JsonSerializable(typeof(Result<InvitationRow>))]
[JsonSerializable(typeof(IReadOnlyList<InvitationRow>))]
[JsonSerializable(typeof(IReadOnlyList<ApplicationRow>))]
public sealed partial class InvitationsJson : JsonSerializerContext;
