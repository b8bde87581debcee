using System.Collections.Concurrent;

namespace Packetboat.Storage.Sqlite;

/// <summary>Connections for reading, lent one at a time and kept for the next.</summary>
internal sealed class SqliteReaders(string file) : IDisposable
{
    private const int MaxKept = 8;

    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _closed;

    /// <summary>Runs a query. It is synchronous inside, as SQLite is; callers on a hot path read little.</summary>
    public T Read<T>(Func<SqliteSession, T> query)
    {
        if (!_idle.TryTake(out SqliteSession? session))
            session = new SqliteSession(file, readOnly: true);
        try
        {
            return query(session);
        }
        finally
        {
            if (_closed || _idle.Count >= MaxKept)
                session.Dispose();
            else
                _idle.Add(session);
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out SqliteSession? session))
            session.Dispose();
    }
}
