using Microsoft.Data.Sqlite;
using Packetboat.Relay.Operations;

namespace Packetboat.Storage.Sqlite;

/// <summary>The store as a whole: copied, and looked through. Both read on connections of their own, beside the writer.</summary>
public sealed partial class SqliteStore : IStoreUpkeep
{
    /// <summary>
    /// Octets of the database's file that nothing is in: what comes next goes there, and takes none from the disk. And how long its log is. Nothing
    /// where the disk does not even let that be asked.
    /// </summary>
    public (long Inside, long Log) RoomInside()
    {
        try
        {
            var log = new FileInfo($"{_file}-wal");
            long? inside = _readers.Read(session => session.Number("PRAGMA freelist_count") * session.Number("PRAGMA page_size"));
            return (inside ?? 0, log.Exists ? log.Length : 0);
        }
        catch (SqliteException)
        {
            return (0, 0);
        }
    }

    public Task<Result<BackupReport>> BackupAsync(string file, CancellationToken ct) =>
        Task.Run(() => new SqliteBackup(_file, _content).Make(file, ct), ct);

    public Task<Result<VerifyReport>> VerifyAsync(CancellationToken ct) =>
        Task.Run(
            () =>
            {
                using IDisposable kept = KeepContent();
                return SqliteVerifier.Verify(_file, ct);
            },
            ct
        );

    /// <summary>Until the answer is disposed of no content is deleted.</summary>
    internal IDisposable KeepContent() => _content.Keep();
}
