using System.Text.Json.Serialization;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>What an operation gave, or why it was refused: exactly one of the two is there.</summary>
public sealed record Result<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(null, refusal);
}

/// <summary>A queued recipient.</summary>
/// <param name="Id">Of the message.</param>
/// <param name="Accepted">When we said 250.</param>
/// <param name="Size">Octets.</param>
/// <param name="Sender">Empty for the null sender.</param>
/// <param name="Account">Who signed in to submit it.</param>
/// <param name="Recipient">Whom it is for.</param>
/// <param name="Route">By which way it leaves.</param>
/// <param name="State">waiting, sending, held, delivered, bounced, dropped.</param>
/// <param name="Attempts">So far.</param>
/// <param name="NextAttempt">When it is tried next; null when it is not.</param>
/// <param name="LastReply">What was said last.</param>
/// <param name="Class">Why the last attempt failed, such as <c>no-ptr</c>; empty when it did not, or nobody knows.</param>
/// <param name="Explanation">What that means; may be empty.</param>
/// <param name="Remedy">What the operator can do; may be empty.</param>
public sealed record QueueRow(
    string Id,
    DateTimeOffset Accepted,
    long Size,
    string Sender,
    string? Account,
    string Recipient,
    string Route,
    string State,
    int Attempts,
    DateTimeOffset? NextAttempt,
    string LastReply,
    string Class = "",
    string Explanation = "",
    string Remedy = ""
)
{
    public static QueueRow Of(QueueEntry entry, ReplyTable replies)
    {
        Cause cause = replies.Recall(entry.Class, entry.Rule, "");
        return new QueueRow(
            entry.Id,
            entry.Accepted,
            entry.Size,
            entry.Sender,
            entry.Account,
            entry.Recipient,
            entry.RouteName,
            Word(entry.State),
            entry.Attempts,
            entry.Next,
            entry.LastReply,
            cause.IsKnown ? cause.Class.Word() : "",
            cause.Explanation,
            cause.Remedy
        );
    }

    private static string Word(RecipientState state) =>
        state switch
        {
            RecipientState.Claimed => "sending",
            _ => state.ToString().ToLowerInvariant(),
        };
}

/// <summary>A message and all that happened to it.</summary>
public sealed record MessageTrace(
    string Id,
    DateTimeOffset Accepted,
    string Sender,
    string? Account,
    string Origin,
    long Size,
    IReadOnlyList<QueueRow> Recipients,
    IReadOnlyList<TraceRow> Events
);

/// <summary>One event of a message's life; of a failure also its class, what that means, and what the operator can do.</summary>
public sealed record TraceRow(
    DateTimeOffset At,
    string Event,
    string? Recipient,
    string Host,
    string Security,
    string Text,
    string Class = "",
    string Provider = "",
    string Explanation = "",
    string Remedy = "",
    string Source = ""
)
{
    public static TraceRow Of(TraceEvent happened, ReplyTable replies)
    {
        Cause cause = replies.Recall(happened.Class, happened.Rule, happened.Host);
        return new TraceRow(
            happened.At,
            happened.Kind.ToString().ToLowerInvariant(),
            happened.Recipient,
            happened.Host,
            happened.Security,
            happened.Text,
            cause.IsKnown ? cause.Class.Word() : "",
            cause.Provider,
            cause.Explanation,
            cause.Remedy,
            cause.Source
        );
    }
}

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

/// <summary>What was changed.</summary>
public sealed record QueueChanged(QueueAction Action, IReadOnlyList<QueueRow> Changed);

/// <summary>How the installation is doing.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="HostName">As we call ourselves.</param>
/// <param name="IsRunning">Whether a server answered; false: this was read from its files.</param>
/// <param name="Started">Of the server.</param>
/// <param name="Listeners">Where it listens.</param>
/// <param name="Sessions">SMTP connections open now.</param>
/// <param name="Delivery">How mail leaves.</param>
/// <param name="Waiting">Recipients that wait for their time.</param>
/// <param name="Sending">Recipients with delivery.</param>
/// <param name="Held">Recipients stopped by the operator.</param>
/// <param name="Oldest">When the oldest message that is not done was accepted.</param>
/// <param name="Routes">Routes that nothing leaves by at present.</param>
/// <param name="Alarms">What the operator must act on, the worst first.</param>
/// <param name="Relaying">Why nothing is relayed; null: it is.</param>
/// <param name="Moves">What leaves by a relay at present because it cannot leave directly; null and none mean the same.</param>
/// <param name="AccountsPort">On which accounts send; null: no listener is for them.</param>
/// <param name="Doctor">What the last examination found; null: none was made.</param>
public sealed record StatusReport(
    string Version,
    string HostName,
    bool IsRunning,
    DateTimeOffset? Started,
    IReadOnlyList<string> Listeners,
    int Sessions,
    string Delivery,
    long Waiting,
    long Sending,
    long Held,
    DateTimeOffset? Oldest,
    IReadOnlyList<RouteTrouble> Routes,
    IReadOnlyList<AlarmRow> Alarms,
    Suspension? Relaying = null,
    IReadOnlyList<MovedMail>? Moves = null,
    int? AccountsPort = null,
    DoctorRow? Doctor = null
);

/// <summary>Mail that <c>DeliveryMode=Auto</c> gives to the relay instead of its own servers.</summary>
/// <param name="What">All mail, or the provider that takes it.</param>
/// <param name="Reason">What happened.</param>
/// <param name="Since">When.</param>
/// <param name="NextTry">When the direct way is tried again.</param>
public sealed record MovedMail(string What, string Reason, DateTimeOffset Since, DateTimeOffset NextTry);

/// <summary>How mail to somebody would leave.</summary>
/// <param name="Recipient">Who was asked about.</param>
/// <param name="Route">The route's name.</param>
/// <param name="Rule">Which setting chose it.</param>
/// <param name="Security">What TLS and sign-in it demands.</param>
/// <param name="Hosts">Where it would connect, in order.</param>
/// <param name="Trouble">Why nothing leaves that way now; empty when it does.</param>
/// <param name="Otherwise">What would make it leave another way.</param>
public sealed record Explanation(
    string Recipient,
    string Route,
    string Rule,
    string Security,
    IReadOnlyList<string> Hosts,
    string Trouble,
    IReadOnlyList<string> Otherwise
);

/// <summary>An account, without its secrets.</summary>
/// <param name="Id">The QWK-ID.</param>
/// <param name="Created">When.</param>
/// <param name="Note">The operator's words.</param>
/// <param name="Suspended">Since when; null: it may send.</param>
/// <param name="SuspendedUntil">Null while suspended: until resumed.</param>
/// <param name="Reason">Of the suspension.</param>
/// <param name="Credentials">Its ways to sign in.</param>
/// <param name="Queued">While suspended: what becomes of its queued mail.</param>
/// <param name="Answer">While suspended: what its new mail meets.</param>
/// <param name="Domains">In which its senders' addresses may lie.</param>
/// <param name="Limits">How much it may send, and what it has used; null in a list of accounts.</param>
/// <param name="SignIn">How it has to sign in at least; null: as it likes.</param>
public sealed record AccountRow(
    string Id,
    DateTimeOffset Created,
    string Note,
    DateTimeOffset? Suspended,
    DateTimeOffset? SuspendedUntil,
    string Reason,
    IReadOnlyList<CredentialRow> Credentials,
    QueuedMail? Queued = null,
    SuspendedAnswer? Answer = null,
    IReadOnlyList<DomainRow>? Domains = null,
    IReadOnlyList<LimitRow>? Limits = null,
    SignInRule? SignIn = null
);

/// <summary>A domain that an account may use.</summary>
/// <param name="Name"><c>*</c>: any.</param>
/// <param name="IncludesSubdomains">The domains below it too.</param>
/// <param name="State">Whether it may be used now, and why.</param>
/// <param name="RecordName">Of the TXT record that proves it; null: it is granted.</param>
/// <param name="RecordText">What the record must say.</param>
/// <param name="Checked">When the DNS gave its last answer.</param>
/// <param name="FailingSince">When the record was first missed.</param>
public sealed record DomainRow(
    string Name,
    bool IncludesSubdomains,
    AccountDomainState State,
    string? RecordName,
    string? RecordText,
    DateTimeOffset? Checked,
    DateTimeOffset? FailingSince
);

/// <summary>How an account, or all relaying, is to be stopped.</summary>
/// <param name="Reason">What the node reads.</param>
/// <param name="Until">Null: until resumed.</param>
/// <param name="Queued">What becomes of mail that is queued.</param>
/// <param name="Answer">What becomes of new mail.</param>
public sealed record SuspensionOrder(
    string Reason,
    DateTimeOffset? Until = null,
    QueuedMail Queued = QueuedMail.Hold,
    SuspendedAnswer Answer = SuspendedAnswer.Defer
);

/// <summary>A suspension has begun or ended.</summary>
/// <param name="Account">The account as it is now; null: all relaying.</param>
/// <param name="Suspension">In force now; null: none.</param>
/// <param name="Recipients">Queued recipients that were held, dropped, returned or let go.</param>
public sealed record SuspensionChanged(AccountRow? Account, Suspension? Suspension, int Recipients);

/// <summary>A way to sign in.</summary>
/// <param name="Name">By which it is revoked.</param>
/// <param name="AllowsCramMd5">The password is kept readable, encrypted.</param>
/// <param name="Created">When the password was set.</param>
/// <param name="LastUsed">To the minute or so; null: never.</param>
/// <param name="LastAddress">The client's, then; empty: never used, or not since this is written down.</param>
/// <param name="LastMechanism">Such as PLAIN.</param>
/// <param name="LastTls">Version and cipher; empty in clear.</param>
/// <param name="KeyFingerprint">Of the client's key; null: it is a password.</param>
public sealed record CredentialRow(
    string Name,
    bool AllowsCramMd5,
    DateTimeOffset Created,
    DateTimeOffset? LastUsed,
    string LastAddress = "",
    string LastMechanism = "",
    string LastTls = "",
    string? KeyFingerprint = null
);

/// <summary>A new password: shown once, then only its verifier is known.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Credential">Of which credential.</param>
/// <param name="GeneratedPassword">Null when the operator chose it himself.</param>
public sealed record IssuedPassword(AccountRow Account, string Credential, string? GeneratedPassword);

/// <summary>What <c>sendmail</c> hands over, besides the message itself.</summary>
/// <param name="Sender">Empty for the null sender.</param>
/// <param name="Recipients">At least one.</param>
/// <param name="User">Which user of this machine.</param>
public sealed record Submission(string Sender, IReadOnlyList<string> Recipients, string User);

/// <summary>The id under which a message was queued.</summary>
public sealed record Submitted(string Id);

/// <summary>Nothing to say but that it was done.</summary>
public sealed record Done(string Message);

/// <summary>A copy of the store that was made.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Size">Octets of it.</param>
/// <param name="Messages">In it, done ones included.</param>
/// <param name="Open">Of these, how many still have to go somewhere; their content is in the copy.</param>
public sealed record BackupReport(string File, long Size, long Messages, long Open);

/// <summary>What a look at a whole store found.</summary>
/// <param name="File">The database that was read.</param>
/// <param name="Checks">In the order in which they were made.</param>
public sealed record VerifyReport(string File, IReadOnlyList<VerifyCheck> Checks)
{
    public bool IsSound => Checks.All(check => check.Faults.Count == 0);
}

/// <summary>One kind of thing that was looked at.</summary>
/// <param name="What">What it is.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Note">Worth knowing, and no fault.</param>
/// <param name="Faults">What is wrong, the first few of each kind, and how many more there are.</param>
public sealed record VerifyCheck(string What, long Count, string Note, IReadOnlyList<string> Faults);
