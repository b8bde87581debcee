namespace Packetboat.Storage.Sqlite;

/// <summary>Something to be written, and the session that waits for it.</summary>
internal abstract class WriteOrder(long bytes, bool isOwed)
{
    /// <summary>Nobody waits for it, and it must not be lost: it is kept until the store can write again.</summary>
    public bool IsOwed { get; } = isOwed;

    public long Bytes { get; } = bytes;

    public abstract void Run(SqliteSession session);

    public abstract void Complete();

    public abstract void Fail(Exception failure);
}

internal sealed class WriteOrder<T>(Func<SqliteSession, T> write, long bytes, bool isOwed = false) : WriteOrder(bytes, isOwed)
{
    // Continuations run elsewhere: the writer's thread has the next batch to write.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Completion => _completion.Task;

    public override void Run(SqliteSession session) => _result = write(session);

    public override void Complete() => _completion.TrySetResult(_result);

    public override void Fail(Exception failure) => _completion.TrySetException(failure);
}
