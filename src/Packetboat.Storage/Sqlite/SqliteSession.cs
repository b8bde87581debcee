using Microsoft.Data.Sqlite;
using Packetboat.Relay.Spool;
using SQLitePCL;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// One connection with its prepared statements. Not thread-safe: it belongs to the writer, or is lent to one reader at a time.
/// <para>
/// Statements go to SQLite directly and not through <see cref="SqliteCommand"/>, which looks each parameter up by name and boxes its value:
/// that was a third of the time that a message spent in the store.
/// </para>
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> _prepared = new(SqlComparer.Instance);
    private readonly sqlite3 _database;

    public SqliteSession(string file, bool readOnly)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = readOnly ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 5,
        };
        Connection = new SqliteConnection(settings.ToString());
        Connection.Open();
        _database = Connection.Handle!;
        Run("PRAGMA busy_timeout = 5000");
        // Content fills a page and does not run over into another: a third fewer writes. Only a new database takes it.
        Run("PRAGMA page_size = 8192");
        // FULL: the commit that lets us say 250 is on the disk when it returns. WAL: readers and the writer do not wait for each other.
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = FULL");
        Run("PRAGMA foreign_keys = ON");
        Run($"PRAGMA journal_size_limit = {FreeSpace.LongestLog}");
        // Checkpoints are made by SqliteCheckpointer, beside the commits instead of in front of them.
        Run("PRAGMA wal_autocheckpoint = 0");
        Run("PRAGMA cache_size = -8000");
        if (readOnly)
            Run("PRAGMA query_only = ON");
    }

    public SqliteConnection Connection { get; }

    /// <summary>Runs a statement whose parameters are <c>?1</c>, <c>?2</c> and so on; it is prepared once.</summary>
    /// <returns>Rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        sqlite3_stmt statement = Bind(sql, values);
        try
        {
            while (Step(statement)) { }
            return raw.sqlite3_changes(_database);
        }
        finally
        {
            Rest(statement);
        }
    }

    /// <summary>The first column of the first row as a number; null where there is no row, or it holds none.</summary>
    public long? Number(string sql, params ReadOnlySpan<SqlValue> values)
    {
        sqlite3_stmt statement = Bind(sql, values);
        try
        {
            return Step(statement) ? new SqliteRow(statement).GetNumber(0) : null;
        }
        finally
        {
            Rest(statement);
        }
    }

    public List<T> Query<T>(string sql, Func<SqliteRow, T> row, params ReadOnlySpan<SqlValue> values)
    {
        var rows = new List<T>();
        sqlite3_stmt statement = Bind(sql, values);
        try
        {
            while (Step(statement))
                rows.Add(row(new SqliteRow(statement)));
            return rows;
        }
        finally
        {
            Rest(statement);
        }
    }

    /// <summary>A statement, or several, without parameters, not kept.</summary>
    public void Run(string sql)
    {
        using SqliteCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Copies what is committed from the log into the database, without waiting for anyone.</summary>
    /// <returns>Pages in the log, and how many of them are in the database now.</returns>
    public (int InLog, int Copied) Checkpoint()
    {
        Check(raw.sqlite3_wal_checkpoint_v2(_database, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out int inLog, out int copied));
        return (inLog, copied);
    }

    /// <summary>Pages written since this was asked last.</summary>
    public int TakePagesWritten()
    {
        Check(raw.sqlite3_db_status(_database, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int pages, out _, resetFlg: 1));
        return pages;
    }

    public void Dispose()
    {
        foreach (sqlite3_stmt statement in _prepared.Values)
            statement.Dispose();
        Connection.Dispose();
    }

    private sqlite3_stmt Bind(string sql, ReadOnlySpan<SqlValue> values)
    {
        sqlite3_stmt statement = Prepared(sql);
        for (int i = 0; i < values.Length; i++)
            Check(values[i].Bind(statement, i + 1));
        return statement;
    }

    private sqlite3_stmt Prepared(string sql)
    {
        if (_prepared.TryGetValue(sql, out sqlite3_stmt? statement))
            return statement;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        _prepared.Add(sql, statement);
        return statement;
    }

    private bool Step(sqlite3_stmt statement)
    {
        int result = raw.sqlite3_step(statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
            return result == raw.SQLITE_ROW;
        Check(result);
        return false;
    }

    /// <summary>A statement that is not reset keeps its snapshot of the database open, and the log from being started anew.</summary>
    private static void Rest(sqlite3_stmt statement)
    {
        // It repeats the error that the step has reported already.
        _ = raw.sqlite3_reset(statement);
        _ = raw.sqlite3_clear_bindings(statement);
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);

    /// <summary>Nearly every statement is a constant and so one and the same object; the rest is compared as text.</summary>
    private sealed class SqlComparer : IEqualityComparer<string>
    {
        public static readonly SqlComparer Instance = new();

        public bool Equals(string? x, string? y) => ReferenceEquals(x, y) || string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string sql) => HashCode.Combine(sql.Length, sql[0], sql[sql.Length / 2], sql[^1]);
    }
}
