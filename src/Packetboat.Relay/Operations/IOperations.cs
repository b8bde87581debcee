using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>
/// Every verb that an operator has, once. The command line, and whatever face comes later, calls this: in the server's own process, over
/// its control socket, or on its files while it does not run.
/// </summary>
public interface IOperations
    : IInvitationOperations,
        IAlarmOperations,
        ILimitOperations,
        IArrivalOperations,
        ITlsOperations,
        IWarmUpOperations,
        ITokenOperations,
        ICredentialOperations,
        IDeedOperations,
        IDoctorOperations
{
    /// <summary>The same, in the name of an operator: the audit trail says so.</summary>
    IOperations By(Operator who);

    Task<IReadOnlyList<QueueRow>> ListQueueAsync(QueueSelection selection, int limit, CancellationToken ct);

    Task<Result<MessageTrace>> ShowAsync(string id, CancellationToken ct);

    /// <param name="selection">An empty one is refused: <c>--all</c> must be said.</param>
    /// <param name="action">What to do.</param>
    /// <param name="reason">For a bounce: what the sender reads.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<QueueChanged>> ChangeQueueAsync(
        QueueSelection selection,
        QueueAction action,
        string reason,
        CancellationToken ct
    );

    Task<IReadOnlyList<MessageTrace>> TraceAsync(string? sender, string? recipient, int limit, CancellationToken ct);

    Task<Result<Explanation>> ExplainAsync(string recipient, string? sender, string? account, CancellationToken ct);

    Task<StatusReport> StatusAsync(CancellationToken ct);

    Task<IReadOnlyList<AccountRow>> ListAccountsAsync(CancellationToken ct);

    Task<Result<AccountRow>> ShowAccountAsync(string id, CancellationToken ct);

    /// <param name="id">A QWK-ID.</param>
    /// <param name="password">Null: one is generated.</param>
    /// <param name="allowCramMd5">Keep the password readable, encrypted, for CRAM-MD5.</param>
    /// <param name="note">The operator's words.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<IssuedPassword>> AddAccountAsync(
        string id,
        string? password,
        bool allowCramMd5,
        string note,
        CancellationToken ct
    );

    /// <summary>Lets an account use a domain in its senders' addresses: by the operator's grant, or when a TXT record proves it.</summary>
    /// <param name="id">A QWK-ID.</param>
    /// <param name="domain">A domain; <c>*</c>: any, which can only be granted.</param>
    /// <param name="grant">No proof is asked for.</param>
    /// <param name="subdomains">The domains below it too.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<AccountRow>> AddDomainAsync(string id, string domain, bool grant, bool subdomains, CancellationToken ct);

    /// <summary>Looks in the DNS now for those that are to be proven.</summary>
    Task<Result<AccountRow>> CheckDomainsAsync(string id, CancellationToken ct);

    Task<Result<AccountRow>> RemoveDomainAsync(string id, string domain, CancellationToken ct);

    /// <summary>Stops an account, or all relaying.</summary>
    /// <param name="id">A QWK-ID; null: all.</param>
    /// <param name="order">How, why and how long.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<SuspensionChanged>> SuspendAsync(string? id, SuspensionOrder order, CancellationToken ct);

    /// <param name="id">A QWK-ID; null: all relaying.</param>
    /// <param name="reason">For the audit trail.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<SuspensionChanged>> ResumeAsync(string? id, string reason, CancellationToken ct);

    /// <summary>What was done, newest first.</summary>
    /// <param name="target">An account or what else was acted on; null: all.</param>
    /// <param name="limit">So many.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<IReadOnlyList<AuditEntry>> ListAuditAsync(string? target, int limit, CancellationToken ct);

    Task<Result<Done>> RemoveAccountAsync(string id, CancellationToken ct);

    /// <summary>Queues a message of a local program. Line ends of any kind become CRLF: it comes from a pipe, not over SMTP.</summary>
    Task<Result<Submitted>> SubmitAsync(Submission submission, Stream content, CancellationToken ct);

    /// <summary>Copies the store into one file while it is in use.</summary>
    /// <param name="file">A whole path; nothing may be there yet.</param>
    /// <param name="ct">Gives up, and leaves nothing behind.</param>
    Task<Result<BackupReport>> BackupAsync(string file, CancellationToken ct);

    /// <summary>Looks whether the store is whole. A copy of one is looked at by the command itself, for which no server is needed.</summary>
    Task<Result<VerifyReport>> VerifyAsync(CancellationToken ct);
}
