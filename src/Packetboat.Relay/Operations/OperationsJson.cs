using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>The operations' values as JSON: for the control socket and for <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<QueueRow>))]
[JsonSerializable(typeof(IReadOnlyList<MessageTrace>))]
[JsonSerializable(typeof(IReadOnlyList<AccountRow>))]
[JsonSerializable(typeof(IReadOnlyList<CredentialRow>))]
[JsonSerializable(typeof(IReadOnlyList<EffectiveValue>))]
[JsonSerializable(typeof(ConfigurationReport))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(Result<MessageTrace>))]
[JsonSerializable(typeof(Result<QueueChanged>))]
[JsonSerializable(typeof(Result<Explanation>))]
[JsonSerializable(typeof(Result<AccountRow>))]
[JsonSerializable(typeof(Result<IssuedPassword>))]
[JsonSerializable(typeof(Result<SuspensionChanged>))]
[JsonSerializable(typeof(IReadOnlyList<AuditEntry>))]
[JsonSerializable(typeof(Result<Done>))]
[JsonSerializable(typeof(Result<ArrivalReport>))]
[JsonSerializable(typeof(ArrivalReport))]
[JsonSerializable(typeof(IReadOnlyList<TlsHostRow>))]
[JsonSerializable(typeof(IReadOnlyList<WarmUpRow>))]
[JsonSerializable(typeof(IReadOnlyList<TokenRow>))]
[JsonSerializable(typeof(Result<Submitted>))]
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(Result<BackupReport>))]
[JsonSerializable(typeof(Result<VerifyReport>))]
[JsonSerializable(typeof(Result<AccountLimitsReport>))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(QueueSelection))]
[JsonSerializable(typeof(OperationRequest))]
public sealed partial class OperationsJson : JsonSerializerContext;

/// <summary>What <c>config check</c> found.</summary>
public sealed record ConfigurationReport(IReadOnlyList<Problem> Problems, IReadOnlyList<EffectiveValue> NotUsedYet);

/// <summary>What is asked over the control socket; each verb uses the members that it needs.</summary>
public sealed record OperationRequest
{
    public QueueSelection Selection { get; init; } = new();

    public int Limit { get; init; }

    public string? Id { get; init; }

    public string? Sender { get; init; }

    public string? Account { get; init; }

    public string? Recipient { get; init; }

    public string? File { get; init; }

    public string Domain { get; init; } = "";

    public bool Grant { get; init; }

    public bool Subdomains { get; init; }

    public string Reason { get; init; } = "";

    public IReadOnlyList<string> Changes { get; init; } = [];

    public string Note { get; init; } = "";

    public string? Password { get; init; }

    public bool AllowCramMd5 { get; init; }

    public SuspensionOrder Suspension { get; init; } = new("");

    /// <summary>Who asks.</summary>
    public Operator By { get; init; } = new("somebody", "the control socket");

    public QueueAction Action { get; init; }

    public OperatorDeed Deed { get; init; }

    public InvitationWish? Invitation { get; init; }

    /// <summary>Of a token.</summary>
    public TimeSpan? Life { get; init; }

    public ExaminationWish Examination { get; init; } = new();

    public CredentialWish Credential { get; init; } = new();

    public SignInRule SignIn { get; init; } = SignInRule.Any;

    /// <summary>It may hold a password.</summary>
    public override string ToString() => nameof(OperationRequest);
}
