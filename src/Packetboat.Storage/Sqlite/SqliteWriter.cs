using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Threads;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// The one writer. Whatever waits is run as one transaction and committed once, so that the cost of reaching the disk is shared by all
/// the sessions that wait for it: group commit.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxOrders = 4096;
    private const int MaxBatch = 1024;
    private const long MaxBatchBytes = 8 << 20;
    private const int CompletedTogether = 16;

    /// <summary>How often what could not be written is tried again while nothing else is to be written.</summary>
    private static readonly TimeSpan OwedPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// So long what nobody waits for, such as a message's delivery, waits for somebody who does: the disk is then reached once for both.
    /// It is a part of the time in which a crash makes a duplicate, and must be short beside the rest.
    /// </summary>
    private static readonly TimeSpan Company = TimeSpan.FromMilliseconds(1);

    private readonly Inbox<WriteOrder> _orders = new(MaxOrders);
    private readonly List<WriteOrder> _batch = new(MaxBatch);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal); // in the present transaction, at its end
    private readonly List<WriteOrder> _owed = [];
    private StoreUnavailableException? _unpaid; // why something is owed
    private readonly SqliteSession _session;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly Action _syncNames;
    private readonly Thread _thread;

    /// <param name="session">Its own from now on.</param>
    /// <param name="checkpointer">Its own from now on.</param>
    /// <param name="syncNames">Makes the names of new files durable.</param>
    public SqliteWriter(SqliteSession session, SqliteCheckpointer checkpointer, Action syncNames)
    {
        (_session, _checkpointer, _syncNames) = (session, checkpointer, syncNames);
        _thread = new Thread(Work) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="write"/> in the next transaction; completes once that is on the disk.</summary>
    /// <param name="write">What is to be written.</param>
    /// <param name="stopping">Ends the wait for a place, not the order.</param>
    /// <param name="bytes">How much it is: a transaction has an end.</param>
    /// <param name="namesFile">A new file in the content directory must be found there after a crash.</param>
    /// <param name="beginsWork">An outcome will have to be written of what it lets somebody begin.</param>
    /// <param name="once">Written at the end of the transaction, once for all orders of the same key.</param>
    public async Task<T> WriteAsync<T>(
        Func<SqliteSession, T> write,
        CancellationToken stopping,
        long bytes = 0,
        bool namesFile = false,
        bool beginsWork = false,
        (string Key, Action<SqliteSession> Write)? once = null
    )
    {
        var order = new WriteOrder<T>(write, bytes)
        {
            NamesFile = namesFile,
            IsAwaited = true,
            BeginsWork = beginsWork,
            Once = once,
        };
        await EnqueueAsync(order, stopping);
        // The order cannot be called back: to stop waiting would leave its fate unknown.
        return await order.Completion;
    }

    public Task WriteAsync(
        Action<SqliteSession> write,
        CancellationToken stopping,
        long bytes = 0,
        bool namesFile = false,
        bool beginsWork = false,
        (string Key, Action<SqliteSession> Write)? once = null
    ) =>
        WriteAsync(
            session =>
            {
                write(session);
                return true;
            },
            stopping,
            bytes,
            namesFile,
            beginsWork,
            once
        );

    /// <summary>Completes once the order is taken; where it cannot be written, so be it.</summary>
    public ValueTask PostAsync(Action<SqliteSession> write) =>
        EnqueueAsync(
            new WriteOrder<bool>(
                session =>
                {
                    write(session);
                    return true;
                },
                bytes: 0
            ),
            CancellationToken.None
        );

    /// <summary>Completes once the order is taken. While the disk takes nothing it is kept, and written in its turn afterwards.</summary>
    /// <param name="write">What is to be written.</param>
    /// <param name="committed">Told the result once that is on the disk.</param>
    public ValueTask OweAsync<T>(Func<SqliteSession, T> write, Action<T> committed) =>
        EnqueueAsync(new WriteOrder<T>(write, bytes: 0, isOwed: true, committed), CancellationToken.None);

    /// <summary>Takes no new orders, finishes those that wait, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _orders.Close();
        await Task.Run(_thread.Join);
        _checkpointer.Dispose();
        _session.Dispose();
    }

    private async ValueTask EnqueueAsync(WriteOrder order, CancellationToken stopping)
    {
        try
        {
            await _orders.PutAsync(order, stopping);
        }
        catch (ChannelClosedException closed)
        {
            throw new StoreUnavailableException("the store is closed", closed);
        }
    }

    private void Work()
    {
        while (WaitForOrders())
        {
            PayOwed();
            Gather();
            Commit(_batch);
            _batch.Clear();
            _checkpointer.Committed(_session);
        }

        PayOwed();
    }

    private bool WaitForOrders()
    {
        while (!_orders.Wait(_owed.Count > 0 ? OwedPause : Timeout.InfiniteTimeSpan))
        {
            if (_orders.IsClosed)
                return false;
            PayOwed();
        }

        return true;
    }

    /// <summary>What the disk would not take goes first, in its order: all of it or, while the disk is no better, nothing.</summary>
    private void PayOwed()
    {
        if (_owed.Count == 0)
            return;
        WriteOrder[] orders = [.. _owed];
        Exception? failure = TryCommit(orders);
        _unpaid = failure as StoreUnavailableException;
        if (_unpaid is not null)
            return;
        _owed.Clear();
        if (failure is null)
            Complete(orders);
        else
            OneByOne(orders);
    }

    private void Commit(List<WriteOrder> batch)
    {
        batch.RemoveAll(WaitsItsTurn);
        if (batch.Count == 0)
            return;
        if (TryCommit(batch) is not { } failure)
            Complete(batch);
        else if (batch.Count == 1)
            Fail(batch[0], failure);
        else
            OneByOne(batch);
    }

    /// <summary>
    /// What is owed is written in its order: what became of a report must not be filed before the report itself is, which is in memory, and
    /// on its way, as soon as the order for it is taken. Meanwhile nothing is begun: a claim that finds the room which an outcome did not
    /// would let ever more be owed. What makes room goes on.
    /// </summary>
    private bool WaitsItsTurn(WriteOrder order)
    {
        if (_unpaid is not { } unpaid || !(order.IsOwed || order.BeginsWork))
            return false;
        Fail(order, unpaid);
        return true;
    }

    private void Fail(WriteOrder order, Exception failure)
    {
        if (order.IsOwed && failure is StoreUnavailableException unavailable)
        {
            _unpaid = unavailable;
            _owed.Add(order);
        }
        else
            ThreadPool.UnsafeQueueUserWorkItem(_ => order.Fail(failure), null);
    }

    private void Gather()
    {
        long bytes = 0;
        bool isAwaited = false;
        do
        {
            while (_batch.Count < MaxBatch && bytes < MaxBatchBytes && _orders.TryTake(out WriteOrder? order))
            {
                _batch.Add(order);
                bytes += order.Bytes;
                isAwaited |= order.IsAwaited;
            }
        } while (!isAwaited && _batch.Count < MaxBatch && _orders.Wait(Company));
    }

    /// <summary>One of a batch could not be written: the others must not suffer for it.</summary>
    private void OneByOne(IReadOnlyList<WriteOrder> orders)
    {
        foreach (WriteOrder order in orders)
        {
            if (WaitsItsTurn(order))
                continue;
            if (TryCommit([order]) is { } failure)
                Fail(order, failure);
            else
                Complete([order]);
        }
    }

    /// <summary>
    /// Tells the waiting sessions, on the thread pool: the writer's thread has the next batch to write. Some together, because to wake a
    /// thread for each costs more than what it then does.
    /// </summary>
    private static void Complete(IReadOnlyList<WriteOrder> batch)
    {
        for (int first = 0; first < batch.Count; first += CompletedTogether)
        {
            WriteOrder[] some = [.. batch.Skip(first).Take(CompletedTogether)];
            ThreadPool.UnsafeQueueUserWorkItem(
                orders =>
                {
                    foreach (WriteOrder order in orders)
                        order.Complete();
                },
                some,
                preferLocal: false
            );
        }
    }

    private Exception? TryCommit(IReadOnlyList<WriteOrder> batch)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            foreach (WriteOrder order in batch)
                order.Run(_session);
            RunOnce(batch);
            if (batch.Any(order => order.NamesFile))
                _syncNames();
            _session.Execute("COMMIT");
            return null;
        }
        catch (Exception failure)
        {
            RollBack();
            return failure switch
            {
                SqliteException sqlite => Unavailable(sqlite),
                IOException disk => new StoreUnavailableException("the disk cannot be written", disk),
                _ => failure,
            };
        }
    }

    private void RunOnce(IReadOnlyList<WriteOrder> batch)
    {
        _written.Clear();
        foreach (WriteOrder order in batch)
            if (order.Once is { } once && _written.Add(once.Key))
                once.Write(_session);
    }

    private void RollBack()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full; there is no transaction left to end.
        }
    }

    private static Exception Unavailable(SqliteException failure) =>
        failure.SqliteErrorCode switch
        {
            13 => new StoreUnavailableException("the disk is full", failure),
            10 or 8 or 14 => new StoreUnavailableException("the disk cannot be written", failure),
            // A sqlite3 shell, a backup, a scanner: it passes. What is owed waits for it.
            5 or 6 => new StoreUnavailableException("another program has the database locked", failure),
            7 => new StoreUnavailableException("there is no memory left for the database", failure),
            11 or 26 => new StoreUnavailableException("the database is damaged", failure),
            _ => failure,
        };
}
