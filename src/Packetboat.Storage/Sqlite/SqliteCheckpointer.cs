using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// Copies the write-ahead log into the database, on a connection and a thread of its own, while commits go on. What was committed
/// meanwhile is left for the writer, which copies that small rest between two of its transactions: only when all is copied does SQLite
/// start the log anew.
/// </summary>
internal sealed class SqliteCheckpointer : IDisposable
{
    /// <summary>
    /// Pages in the log, 32 MiB. A page that changes often is copied once for all its changes, and one that held the content of mail that
    /// has left meanwhile is in use again: the longer the log, the less is copied.
    /// </summary>
    private const int LongLog = 4096;

    private readonly SqliteSession _session;

    /// <summary>The database, to be synced. While a connection is open it must stay open: closing any handle of a file drops SQLite's locks on it.</summary>
    private readonly SafeFileHandle _file;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Thread _thread;
    private int _pages;
    private int _next = LongLog;
    private volatile bool _isRunning;
    private volatile bool _hasRun;
    private volatile bool _isClosed;

    public SqliteCheckpointer(string file)
    {
        _session = new SqliteSession(file, readOnly: false);
        _file = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _thread = new Thread(Work) { IsBackground = true, Name = "store checkpoints" };
        _thread.Start();
    }

    /// <summary>Called by the writer after each commit, on its thread.</summary>
    public void Committed(SqliteSession writer)
    {
        _pages += writer.TakePagesWritten();
        if (_hasRun)
        {
            _hasRun = false;
            bool isAll = TryCopyAll(writer);
            _pages = isAll ? 0 : _pages;
            // Where a reader keeps the log alive the same would come of each commit, with two syncs: the log has to grow first.
            _next = isAll ? LongLog : _pages + (LongLog / 4);
        }
        else if (_pages >= _next && !_isRunning)
        {
            _isRunning = true;
            _wanted.Release();
        }
    }

    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _wanted.Release();
        _thread.Join();
        _session.Dispose();
        _wanted.Dispose();
    }

    /// <summary>To be called when no connection of this process to the database is open: see <see cref="_file"/>.</summary>
    public void Release() => _file.Dispose();

    private void Work()
    {
        while (true)
        {
            _wanted.Wait();
            if (_isClosed)
                return;
            CopyMost();
            _hasRun = true;
            _isRunning = false;
        }
    }

    /// <summary>
    /// SQLite leaves the sync of the database to whoever copies the last page, which is the writer: it would wait for all that was copied
    /// here. So that is synced here, and once more what came meanwhile, which is little.
    /// </summary>
    private void CopyMost()
    {
        for (int time = 0; time < 2; time++)
        {
            TryCopyAll(_session);
            try
            {
                RandomAccess.FlushToDisk(_file);
            }
            catch (IOException)
            {
                // The writer's sync meets the same disk, and its log is not started anew before that has succeeded.
            }
        }
    }

    /// <summary>A reader with an old view keeps its part of the log alive, and a full disk all of it: it is tried again as the log grows.</summary>
    private static bool TryCopyAll(SqliteSession session)
    {
        try
        {
            (int inLog, int copied) = session.Checkpoint();
            return inLog == copied;
        }
        catch (SqliteException)
        {
            return false;
        }
    }
}
