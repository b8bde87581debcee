using Microsoft.Data.Sqlite;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using SQLitePCL;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// One file that holds the store of a moment. SQLite writes it from a snapshot, beside which commits go on; content that lies in files is
/// put into the table that small content is in, where the store looks for it as well. So a copy is a database that can be started from.
/// </summary>
internal sealed class SqliteBackup(string database, ContentFiles content)
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public Result<BackupReport> Make(string target, CancellationToken ct)
    {
        if (Path.Exists(target))
            return new Refusal(
                target,
                "it exists already, and a backup overwrites nothing",
                "Choose another name, or move that file away"
            );
        string directory = Path.GetDirectoryName(target) ?? "/";
        if (!Directory.Exists(directory))
            return new Refusal(target, $"there is no folder {directory}", "Make it first, or choose another");

        string unfinished = $"{target}.{Path.GetRandomFileName()}";
        try
        {
            CreateOwnersOnly(unfinished);
            (long messages, long open) = Fill(unfinished, ct);
            return new BackupReport(target, Finish(unfinished, target), messages, open);
        }
        catch (SqliteException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == raw.SQLITE_FULL)
        {
            return new Refusal(target, "there is no room for it on that disk", "Make room, or choose another");
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            return new Refusal(
                target,
                $"it cannot be written ({failure.Message})",
                "See whether the server's user may write there"
            );
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>What is deleted meanwhile stays until its content has been copied.</summary>
    private (long Messages, long Open) Fill(string unfinished, CancellationToken ct)
    {
        using IDisposable kept = content.Keep();
        _ = Run(database, source => Execute(source, "VACUUM INTO $1", unfinished), ct);
        return Run(
            unfinished,
            copy =>
            {
                // Nothing else knows of this file yet: where this fails, it goes.
                Execute(copy, "PRAGMA journal_mode = OFF");
                Execute(copy, "PRAGMA synchronous = OFF");
                using SqliteTransaction all = copy.BeginTransaction();
                foreach (long message in Numbers(copy, "SELECT number FROM message WHERE done IS NULL AND chunks > 1"))
                {
                    ct.ThrowIfCancellationRequested();
                    CopyContent(copy, message);
                }

                all.Commit();
                return (
                    Numbers(copy, "SELECT count(*) FROM message")[0],
                    Numbers(copy, "SELECT count(*) FROM message WHERE done IS NULL")[0]
                );
            },
            ct
        );
    }

    private void CopyContent(SqliteConnection copy, long message)
    {
        using FileStream? file = content.TryOpen(message);
        if (file is null)
            return; // an older version of this program has put it into the table itself
        byte[] chunk = new byte[IQueueStore.ChunkSize];
        long place = SqliteStore.Place(message, 0);
        while (file.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) is var length and > 0)
            Execute(copy, "INSERT INTO chunk VALUES ($1, $2)", place++, chunk[..length]);
    }

    /// <summary>The content is on the disk before the name is, and both before the answer.</summary>
    private static long Finish(string unfinished, string target)
    {
        long size;
        using (FileStream file = new(unfinished, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
            size = file.Length;
        }

        // Without overwriting what appeared there meanwhile.
        File.Move(unfinished, target, overwrite: false);
        DurableNames.Sync(Path.GetDirectoryName(target)!);
        return size;
    }

    /// <summary>SQLite takes an empty file as a new one, and leaves it its mode.</summary>
    private static void CreateOwnersOnly(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnersOnly;
        using var _ = new FileStream(file, options);
    }

    private static T Run<T>(string file, Func<SqliteConnection, T> work, CancellationToken ct)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        };
        using var connection = new SqliteConnection(settings.ToString());
        connection.Open();
        sqlite3 handle = connection.Handle!;
        using CancellationTokenRegistration interrupting = ct.Register(() => raw.sqlite3_interrupt(handle));
        return work(connection);
    }

    private static List<long> Numbers(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var numbers = new List<long>();
        while (reader.Read())
            numbers.Add(reader.GetInt64(0));
        return numbers;
    }

    private static int Execute(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command.ExecuteNonQuery();
    }
}
