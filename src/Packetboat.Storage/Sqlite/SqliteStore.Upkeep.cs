using Packetboat.Relay.Operations;

namespace Packetboat.Storage.Sqlite;

/// <summary>The store as a whole: copied, and looked through. Both read on connections of their own, beside the writer.</summary>
public sealed partial class SqliteStore : IStoreUpkeep
{
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
