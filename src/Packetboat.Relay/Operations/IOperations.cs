using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>
/// Every verb that an operator has, once. The command line, and whatever face comes later, calls this: in the server's own process, over
/// its control socket, or on its files while it does not run.
/// </summary>
public interface IOperations : IInvitationOperations
{
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

    Task<Result<Explanation>> ExplainAsync(string recipient, string? sender, CancellationToken ct);

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

    Task<Result<IssuedPassword>> SetPasswordAsync(string id, string? password, bool allowCramMd5, CancellationToken ct);

    /// <param name="id">A QWK-ID.</param>
    /// <param name="reason">What the node reads.</param>
    /// <param name="until">Null: until resumed.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task<Result<AccountRow>> SuspendAsync(string id, string reason, DateTimeOffset? until, CancellationToken ct);

    Task<Result<AccountRow>> ResumeAsync(string id, CancellationToken ct);

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
