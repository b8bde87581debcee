using Microsoft.Data.Sqlite;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class VerifierTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private SqliteStore _store = null!;
    private QueuedMessage _small = null!;
    private QueuedMessage _large = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => _folder.File("data");

    private string LargeContent => _folder.File($"data/content/{_large.Number}");

    public async ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(Data, TimeProvider.System);
        _small = await _store.AcceptWholeAsync("Hello\r\n"u8.ToArray(), "joe@far.example", "jim@far.example");
        _large = await _store.AcceptWholeAsync(WholeMessages.Content(IQueueStore.ChunkSize + 1, seed: 3), "ann@far.example");
        await _store.DeliverAsync(await _store.AcceptWholeAsync("Bye\r\n"u8.ToArray(), "bob@far.example"));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public void A_store_in_use_is_found_sound_and_counted()
    {
        VerifyReport report = Verify();

        Assert.True(report.IsSound);
        Assert.Equal(3, Of(report, "messages").Count);
        Assert.Equal(4, Of(report, "recipients").Count);
        Assert.Equal(2, Of(report, "contents of open messages").Count);
        Assert.Equal($"{7 + IQueueStore.ChunkSize + 1} octets", Of(report, "contents of open messages").Note);
        Assert.Equal(0, Of(report, "contents without a message").Count);
        Assert.Equal(1, Of(report, "events").Count);
    }

    public static TheoryData<string, string> Damages() =>
        new()
        {
            { "DELETE FROM recipient WHERE message = 1", "{0} has no recipient" },
            { "UPDATE recipient SET state = 3 WHERE message = 1", "{0} is open, and none of its recipients is" },
            { "UPDATE message SET done = 1 WHERE number = 1", "{0} is done, and one of its recipients is not" },
            { "UPDATE message SET id = '{0}'", "{0} shares its id with another" },
            { "UPDATE message SET accepted = 0 WHERE number = 1", "{0} has an impossible size, number of chunks or time" },
            {
                "UPDATE recipient SET state = 9 WHERE message = 1 AND number = 1",
                "{0} jim@far.example has a state that does not exist"
            },
            {
                "UPDATE recipient SET due = 0 WHERE message = 1 AND number = 0",
                "{0} joe@far.example is due at no time, or was tried less than never"
            },
            { "UPDATE recipient SET route = '' WHERE message = 1 AND number = 0", "{0} joe@far.example has no address or route" },
            { "DELETE FROM recipient WHERE message = 1 AND number = 0", "{0} is missing before another of its message" },
            { "DELETE FROM chunk", "{0} has 0 octets of content in 0 chunks, and should have 7 in 1" },
            { "UPDATE chunk SET bytes = 'Hell'", "{0} has 4 octets of content in 1 chunks, and should have 7 in 1" },
            { "INSERT INTO event VALUES (77, 0, 1, 1, NULL, '', '', '', 0, '')", "number 77 belongs to no message" },
            {
                "INSERT INTO migration VALUES (9999, 'x', 1)",
                "schema 9999 is unknown here: a newer version of the program wrote this"
            },
            {
                "UPDATE migration SET checksum = 'x' WHERE number = 1",
                "schema 1 is not the one that this program would have made"
            },
            {
                "INSERT INTO recipient VALUES (78, 0, 'a@b.example', 'b.example', 0, NULL, 'r', 3, 0, 1, 0, '', 0, '', 0, 0, 0)",
                "recipient row ? refers to no message"
            },
        };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Damages))]
    public async Task What_does_not_fit_together_is_found(string damage, string fault)
    {
        await DamageAsync(damage.Replace("{0}", _small.Id, StringComparison.Ordinal));

        Assert.Contains(fault.Replace("{0}", _small.Id, StringComparison.Ordinal), Faults(Verify()));
    }

    [Fact(Timeout = 60_000)]
    public void Content_whose_file_is_gone_is_missed()
    {
        File.Delete(LargeContent);

        Assert.Equal(
            [$"{_large.Id} has 0 octets of content in 0 chunks, and should have {IQueueStore.ChunkSize + 1} in 2"],
            Faults(Verify())
        );
    }

    [Fact(Timeout = 60_000)]
    public async Task Content_whose_file_is_cut_off_is_missed()
    {
        await using (FileStream file = File.OpenWrite(LargeContent))
            file.SetLength(5);

        Assert.Equal(
            [$"{_large.Id} has 5 octets of content in 1 chunks, and should have {IQueueStore.ChunkSize + 1} in 2"],
            Faults(Verify())
        );
    }

    [Fact(Timeout = 60_000)]
    public async Task Content_that_nobody_waits_for_is_counted_and_no_fault()
    {
        await File.WriteAllTextAsync(_folder.File("data/content/4711"), "left by a crash", Ct);
        VerifyReport report = Verify();

        Assert.True(report.IsSound);
        Assert.Equal(1, Of(report, "contents without a message").Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_torn_page_is_found()
    {
        await _store.DisposeAsync();
        await using (FileStream file = File.OpenWrite(_folder.File("data/packetboat.db")))
        {
            // Not the first page, which holds the schema: all the others.
            file.Position = 8192;
            file.Write(new byte[file.Length - 8192]);
        }

        Assert.NotEmpty(Faults(Verify()));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_no_database_is_a_fault_and_not_a_crash()
    {
        string file = _folder.File("letter.txt");
        await File.WriteAllTextAsync(file, new string('x', 10_000), Ct);

        Assert.Contains(
            "not a database",
            Assert.Single(Faults(SqliteVerifier.Verify(file, Ct).Value!)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        string file = _folder.File("nowhere.db");

        Assert.Equal("there is no database", SqliteVerifier.Verify(file, Ct).Refusal!.Reason);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_crash_left_is_left_as_it_was()
    {
        string copy = Directory.CreateDirectory(_folder.File("copy")).FullName;
        foreach (string name in new[] { "packetboat.db", "packetboat.db-wal" })
            File.Copy(_folder.File($"data/{name}"), Path.Combine(copy, name));
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(copy, "packetboat.db-wal"), Ct);
        Assert.NotEmpty(before);

        Assert.Equal(3, Of(SqliteVerifier.Verify(copy, Ct).Value!, "messages").Count);

        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(copy, "packetboat.db-wal"), Ct));
    }

    /// <summary>The store's own connection keeps the rules that are broken here.</summary>
    private async Task DamageAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.File("data/packetboat.db")};Pooling=False");
        await connection.OpenAsync(Ct);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA foreign_keys = OFF; " + sql;
        await command.ExecuteNonQueryAsync(Ct);
    }

    private VerifyReport Verify() => SqliteVerifier.Verify(Data, Ct).Value!;

    private static VerifyCheck Of(VerifyReport report, string what) => report.Checks.Single(check => check.What == what);

    private static List<string> Faults(VerifyReport report) => [.. report.Checks.SelectMany(check => check.Faults)];
}
