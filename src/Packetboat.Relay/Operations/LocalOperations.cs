using Packetboat.Protocol.Message;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>The operations on an installation that this process has open. Accounts are in <c>LocalOperations.Accounts.cs</c>.</summary>
public sealed partial class LocalOperations(
    IQueueStore store,
    IAccountStore accounts,
    IStoreUpkeep upkeep,
    CredentialIssuer issuer,
    SendMail sendMail,
    LocalSubmission local,
    SuspensionKeeper suspensions,
    DomainProofs proofs,
    SendingUsage usage,
    LimitKeeper limits,
    IAuditStore audit,
    Invitations invitations,
    AlarmDesk alarms,
    ArrivalGate arrival,
    TokenDesk tokens,
    DoctorRounds doctor,
    Func<ServerState> state,
    Func<QwkId, CancellationToken, Task> signOut,
    TimeProvider time
) : IOperations
{
    private const int MaxTraces = 1000;

    /// <summary>In whose name.</summary>
    private Operator Who { get; init; } = Operator.Itself;

    public IOperations By(Operator who) =>
        new LocalOperations(
            store,
            accounts,
            upkeep,
            issuer,
            sendMail,
            local,
            suspensions,
            proofs,
            usage,
            limits,
            audit,
            invitations,
            alarms,
            arrival,
            tokens,
            doctor,
            state,
            signOut,
            time
        )
        {
            Who = new Operator(Protocol.PrintableText.Of(who.Name, 64), Protocol.PrintableText.Of(who.From, 100)),
        };

    public Task<IReadOnlyList<AuditEntry>> ListAuditAsync(string? target, int limit, CancellationToken ct) =>
        audit.ListAuditAsync(target, Math.Clamp(limit, 1, MaxTraces), ct);

    public async Task<IReadOnlyList<QueueRow>> ListQueueAsync(QueueSelection selection, int limit, CancellationToken ct)
    {
        QueueSelection wanted = selection.IsEmpty ? selection with { All = true } : selection;
        return [.. (await store.ListAsync(wanted, limit, ct)).Select(Row)];
    }

    public async Task<Result<MessageTrace>> ShowAsync(string id, CancellationToken ct)
    {
        if (!MessageId.TryParse(id, out string? known))
            return NoMessageId(id);
        return await store.FindAsync(known, ct) is { } story
            ? Trace(story)
            : new Refusal(
                known,
                "no message of this id is known, or it was forgotten after TraceRetention",
                "See: packetboat trace --to ADDRESS"
            );
    }

    public async Task<Result<QueueChanged>> ChangeQueueAsync(
        QueueSelection selection,
        QueueAction action,
        string reason,
        CancellationToken ct
    )
    {
        if (selection.IsEmpty)
            return new Refusal(
                "nothing",
                "no mail was named",
                "Name a message id, --account, --from, --to or --domain, or say --all"
            );

        if (selection.Id is { } text && !MessageId.TryParse(text, out _))
            return NoMessageId(text);
        if (action is QueueAction.Retry or QueueAction.Release && await GoneAccountAsync(selection, ct) is { } gone)
            return new Refusal(
                gone,
                "the account was removed, and nothing leaves for one that is gone",
                $"Return it or drop it: packetboat queue bounce|drop --account {gone}; to send it, add the account again"
            );
        IReadOnlyList<QueueEntry> changed =
            action == QueueAction.Bounce
                ? await BounceAsync(selection, reason, ct)
                : await store.ChangeAsync(selection, ChangeOf(action), time.GetUtcNow(), ct);
        if (changed.Count == 0 && selection.Id is { } id)
            return new Refusal(
                id,
                "no queued message of this id can be changed so: it is unknown, done, or being sent",
                "See: packetboat trace " + id
            );
        string word = action.ToString().ToLowerInvariant();
        await NoteAsync($"queue {word}", selection.Describe(), $"{changed.Count} recipients {reason}".TrimEnd(), ct);
        if (action is QueueAction.Retry or QueueAction.Release)
            sendMail.Scheduler.Wake();
        return new QueueChanged(action, [.. changed.Select(Row)]);
    }

    public async Task<IReadOnlyList<MessageTrace>> TraceAsync(
        string? sender,
        string? recipient,
        int limit,
        CancellationToken ct
    ) => [.. (await store.TraceAsync(sender, recipient, Math.Clamp(limit, 1, MaxTraces), ct)).Select(Trace)];

    public async Task<Result<Explanation>> ExplainAsync(string recipient, string? sender, string? account, CancellationToken ct)
    {
        if (!MailAddress.TryParse(recipient, out MailAddress? address) || address.Domain.Length == 0)
            return new Refusal(recipient, "it is not a mail address", "Write name@domain.example");
        MailAddress? from = null;
        if (sender is { Length: > 0 } and not "<>" && !MailAddress.TryParse(sender, out from))
            return new Refusal(sender, "it is not a mail address", "Write name@domain.example");
        QwkId? id = null;
        if (account is { Length: > 0 } && !QwkId.TryParse(account, out id, out Refusal? refusal))
            return refusal;
        if (id is not null && await FindAsync(id.Text, ct) is null)
            return NoSuchAccount(id.Text);
        return await sendMail.ExplainAsync(from, id?.ToString(), address, ct);
    }

    public async Task<StatusReport> StatusAsync(CancellationToken ct)
    {
        ServerState now = state();
        QueueCounts counts = await store.CountAsync(ct);
        return new StatusReport(
            now.Version,
            now.HostName,
            now.Started is not null,
            now.Started,
            now.Listeners,
            now.Sessions,
            sendMail.Describe(),
            counts.Waiting,
            counts.Claimed,
            counts.Held,
            counts.Oldest,
            sendMail.Scheduler.Troubles(),
            await alarms.ListAsync(ct),
            await accounts.FindRelayingSuspensionAsync(ct) is { } all && all.IsInForce(time.GetUtcNow()) ? all : null,
            sendMail.Moves(),
            now.AccountsPort,
            doctor.Last() is { } report ? DoctorRow.Of(report) : null,
            sendMail.RouteChanges()
        );
    }

    public async Task<Result<Submitted>> SubmitAsync(Submission submission, Stream content, CancellationToken ct) =>
        await local.SubmitAsync(submission, content, ct);

    public async Task<Result<BackupReport>> BackupAsync(string file, CancellationToken ct) =>
        Path.IsPathFullyQualified(file)
            ? await upkeep.BackupAsync(file, ct)
            : new Refusal(file, "it is not a whole path, and this process has a working directory of its own", "Begin it with /");

    public Task<Result<VerifyReport>> VerifyAsync(CancellationToken ct) => upkeep.VerifyAsync(ct);

    private static Refusal NoMessageId(string text) =>
        new(
            Protocol.PrintableText.Of(text, 40),
            "it is not a message id, which has ten letters and digits",
            "Copy it from the 250 reply, the log or the bounce"
        );

    /// <summary>The account whose mail was named, by itself or by a message of it, if there is none any more.</summary>
    private async Task<string?> GoneAccountAsync(QueueSelection selection, CancellationToken ct)
    {
        string? name = selection.Account ?? (selection.Id is { } id ? (await store.FindAsync(id, ct))?.Message.Account : null);
        return name is null || await FindAsync(name, ct) is not null ? null : name;
    }

    /// <summary>First held, so that delivery cannot take it in the meantime; then returned.</summary>
    private async Task<IReadOnlyList<QueueEntry>> BounceAsync(QueueSelection selection, string reason, CancellationToken ct)
    {
        await store.ChangeAsync(selection, QueueChange.Hold, time.GetUtcNow(), ct);
        IReadOnlyList<QueueEntry> entries = await store.ListAsync(selection, int.MaxValue, ct);
        QueueEntry[] held = [.. entries.Where(entry => entry.State == RecipientState.Held)];
        string words = reason.Length == 0 ? "the operator of this server returned it" : reason;
        foreach (IGrouping<string, QueueEntry> message in held.GroupBy(entry => entry.Id, StringComparer.Ordinal))
        {
            if (await store.FindAsync(message.Key, ct) is { } story)
                await sendMail.BounceAsync(story, [.. message.Select(entry => entry.RecipientNumber)], words, ct);
        }

        return held;
    }

    private Task NoteAsync(string action, string target, string reason, CancellationToken ct) =>
        audit.NoteAsync(new AuditEntry(time.GetUtcNow(), Who, action, target, Protocol.PrintableText.Of(reason, 500)), ct);

    private static QueueChange ChangeOf(QueueAction action) =>
        action switch
        {
            QueueAction.Hold => QueueChange.Hold,
            QueueAction.Release => QueueChange.Release,
            QueueAction.Drop => QueueChange.Drop,
            _ => QueueChange.Retry,
        };

    private QueueRow Row(QueueEntry entry) => QueueRow.Of(entry, sendMail.Replies);

    private MessageTrace Trace(MessageStory story) =>
        new(
            story.Message.Id,
            story.Message.Accepted,
            story.Message.Sender?.ToString() ?? "",
            story.Message.Account,
            story.Message.Origin,
            story.Message.Size,
            [.. story.Recipients.Select(Row)],
            [.. story.Events.Select(happened => TraceRow.Of(happened, sendMail.Replies))]
        );
}

/// <summary>What only the running process knows of itself.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="HostName">As we call ourselves.</param>
/// <param name="Started">Null: no server runs, the files were opened by a command.</param>
/// <param name="Listeners">Where it listens.</param>
/// <param name="Sessions">SMTP connections open now.</param>
/// <param name="AccountsPort">On which accounts send; null: no listener is for them.</param>
public sealed record ServerState(
    string Version,
    string HostName,
    DateTimeOffset? Started,
    IReadOnlyList<string> Listeners,
    int Sessions,
    int? AccountsPort
);
