namespace Packetboat.Storage.Sqlite;

/// <summary>Something to be written, and the session that waits for it.</summary>
internal abstract class WriteOrder(long bytes, bool isOwed)
{
    /// <summary>A file that it refers to has a name which must be on the disk before the commit.</summary>
    public bool NamesFile { get; init; }

    /// <summary>Nobody waits for it, and it must not be lost: it is kept until the store can write again.</summary>
    public bool IsOwed { get; } = isOwed;

    public long Bytes { get; } = bytes;

    /// <summary>What it lets somebody begin ends with an outcome to be written: not while the outcomes of others cannot be.</summary>
    public bool BeginsWork { get; init; }

    /// <summary>Somebody waits until it is on the disk.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Written at the end of the transaction, once for all orders of the same key; null: nothing.</summary>
    public (string Key, Action<SqliteSession> Write)? Once { get; init; }

    public abstract void Run(SqliteSession session);

    public abstract void Complete();

    public abstract void Fail(Exception failure);
}

/// <param name="write">What is to be written.</param>
/// <param name="bytes">How much that is.</param>
/// <param name="isOwed">Whether it is kept while it cannot be written.</param>
/// <param name="committed">Told the result once that is on the disk.</param>
internal sealed class WriteOrder<T>(Func<SqliteSession, T> write, long bytes, bool isOwed = false, Action<T>? committed = null)
    : WriteOrder(bytes, isOwed)
{
    // Completed on the thread pool, several one after another: see SqliteWriter.
    private readonly TaskCompletionSource<T> _completion = new();
    private T _result = default!;

    public Task<T> Completion => _completion.Task;

    public override void Run(SqliteSession session) => _result = write(session);

    public override void Complete()
    {
        committed?.Invoke(_result);
        _completion.TrySetResult(_result);
    }

    public override void Fail(Exception failure) => _completion.TrySetException(failure);
}
