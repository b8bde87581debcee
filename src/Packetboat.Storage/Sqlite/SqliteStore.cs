using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Storage.Migrations;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// The store in one SQLite file: the queue here, its questions in <c>SqliteStore.Queries.cs</c>. Everything that changes goes through
/// <see cref="SqliteWriter"/>; everything that only looks uses a connection of its own.
/// </summary>
public sealed partial class SqliteStore : IQueueStore, IAsyncDisposable
{
    internal const string FileName = "packetboat.db";
    internal const string ContentDirectory = "content";

    private readonly FileStream _lock;
    private readonly string _file;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly ContentFiles _content;
    private readonly MessageIdSequence _ids;
    private readonly long _lastNumberBefore;
    private readonly Action<long?> _deleteContent;
    private readonly TimeProvider _time;
    private long _lastNumber;

    private SqliteStore(FileStream @lock, SqliteSession session, string file, TimeProvider time)
    {
        (_lock, _file, _time) = (@lock, file, time);
        _content = new ContentFiles(Path.Combine(Path.GetDirectoryName(file)!, ContentDirectory));
        _deleteContent = message =>
        {
            if (message is { } number)
                _content.Delete(number);
        };
        _ids = new MessageIdSequence(
            session.Query("SELECT value FROM meta WHERE name = 'message id key'", row => row.GetBytes(0)).Single()
        );
        _lastNumberBefore = _lastNumber = Math.Max(
            session.Number("SELECT max(number) FROM message") ?? 0,
            _content.Numbers().DefaultIfEmpty().Max()
        );
        _checkpointer = new SqliteCheckpointer(file);
        _writer = new SqliteWriter(session, _checkpointer, _content.SyncNames);
        _readers = new SqliteReaders(file);
    }

    /// <summary>Opens the store, makes it where there is none, and brings it to the present schema.</summary>
    /// <param name="directory">The data directory; it is made, readable by its owner only.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreInUseException">Another process has it open.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="InvalidDataException">It is not a database that this program may touch.</exception>
    public static SqliteStore Open(string directory, TimeProvider time)
    {
        NativeHeap.KeepSome();
        DurableNames.MakeDirectory(directory, MakePrivate);
        FileStream @lock = Lock(Path.Combine(directory, "packetboat.lock"));
        try
        {
            string file = Path.Combine(directory, FileName);
            return Open(@lock, file, time);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    public long NextMessageNumber() => Interlocked.Increment(ref _lastNumber);

    public string IdOf(long message) => _ids.IdOf(message);

    /// <summary>For tests: makes the disk full, or the schema another.</summary>
    internal Task RunAsync(string sql) => _writer.WriteAsync(session => session.Run(sql), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _readers.Dispose();
        _checkpointer.Release();
        await _content.DisposeAsync();
        _ids.Dispose();
        await _lock.DisposeAsync();
    }

    private static SqliteStore Open(FileStream @lock, string file, TimeProvider time)
    {
        MakeOwnersOnly(file);
        var session = new SqliteSession(file, readOnly: false);
        try
        {
            Schema.Bring(session, time);
            return new SqliteStore(@lock, session, file, time);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    internal static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Mail and verifiers, in a directory that may be open to others. SQLite gives its other files the mode of this one.</summary>
    private static void MakeOwnersOnly(string file)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.ReadWrite).Dispose();
        FileOwner.Inherit(file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>One process at a time: two writers would not know of each other's claims.</summary>
    private static FileStream Lock(string file)
    {
        try
        {
            var @lock = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            FileOwner.Inherit(file);
            return @lock;
        }
        catch (IOException busy) when (File.Exists(file))
        {
            throw new StoreInUseException(
                $"another packetboat has {Path.GetDirectoryName(file)} open; stop it, or use another DataDirectory",
                busy
            );
        }
    }
}
