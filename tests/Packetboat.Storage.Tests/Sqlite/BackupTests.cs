using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class BackupTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = TestMail.Noon;

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStore _store;

    public BackupTests() => _store = SqliteStore.Open(_folder.File("data"), TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Target => _folder.File("copy.db");

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_copy_is_a_store_that_can_be_started_from_with_its_large_messages_in_it()
    {
        byte[] large = WholeMessages.Content(3 * IQueueStore.ChunkSize / 2, seed: 1);
        await _store.AcceptWholeAsync("Hello\r\n"u8.ToArray(), "small@far.example");
        await _store.AcceptWholeAsync(large, "large@far.example");

        Result<BackupReport> made = await _store.BackupAsync(Target, Ct);
        Assert.Equal((2, 2), (made.Value!.Messages, made.Value.Open));
        Assert.Equal(new FileInfo(Target).Length, made.Value.Size);

        await using SqliteStore restored = Restore();
        IReadOnlyList<DueRecipient> due = await restored.FindDueAsync("mx far.example", Noon, 10, Ct);
        Assert.Equal(["small@far.example", "large@far.example"], due.Select(recipient => recipient.Recipient.Address.ToString()));
        Assert.Equal("Hello\r\n"u8.ToArray(), await restored.ReadWholeAsync(due[0].Message));
        Assert.Equal(large, await restored.ReadWholeAsync(due[1].Message));
        Assert.True((await restored.VerifyAsync(Ct)).Value!.IsSound);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_delivered_while_a_copy_is_made_keeps_its_content_until_that_is_copied()
    {
        QueuedMessage message = await _store.AcceptWholeAsync(
            WholeMessages.Content(2 * IQueueStore.ChunkSize, seed: 2),
            "large@far.example"
        );
        string content = _folder.File($"data/content/{message.Number}");

        using (_store.KeepContent())
        {
            await _store.DeliverAsync(message);
            Assert.True(File.Exists(content));
        }

        Assert.False(File.Exists(content));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_copy_is_for_its_owner_only()
    {
        await _store.BackupAsync(Target, Ct);

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        Assert.Equal(["copy.db"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact(Timeout = 60_000)]
    public async Task Nothing_is_overwritten()
    {
        await File.WriteAllTextAsync(Target, "something dear", Ct);

        Result<BackupReport> refused = await _store.BackupAsync(Target, Ct);

        Assert.Equal("it exists already, and a backup overwrites nothing", refused.Refusal!.Reason);
        Assert.Equal("something dear", await File.ReadAllTextAsync(Target, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_folder_that_is_not_there_is_named()
    {
        Result<BackupReport> refused = await _store.BackupAsync(_folder.File("nowhere/copy.db"), Ct);

        Assert.Equal($"there is no folder {_folder.File("nowhere")}", refused.Refusal!.Reason);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_copy_that_was_given_up_leaves_nothing_behind()
    {
        await _store.AcceptWholeAsync("Hello\r\n"u8.ToArray(), "joe@far.example");
        using var given = new CancellationTokenSource();
        await given.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.BackupAsync(Target, given.Token));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private SqliteStore Restore()
    {
        string data = Directory.CreateDirectory(_folder.File("restored")).FullName;
        File.Copy(Target, Path.Combine(data, "packetboat.db"));
        return SqliteStore.Open(data, TimeProvider.System);
    }
}
