using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class SqliteStoreTests : QueueStoreContract
{
    private readonly TemporaryFolder _folder = new();

    private SqliteStore Sqlite => (SqliteStore)Store;

    protected override Task<IQueueStore> OpenAsync() => Task.FromResult<IQueueStore>(Open(_folder.File("data")));

    protected override async Task CloseAsync(IQueueStore store) => await ((SqliteStore)store).DisposeAsync();

    protected override ValueTask RemoveAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_accepted_survives_a_crash_in_the_middle()
    {
        await AcceptAsync(TestMail.Waiting(0, "joe@far.example"), TestMail.Claimed(1, "jim@far.example"));
        await using SqliteStore survivor = Open(CrashCopy());

        Assert.Equal(1, (await survivor.SweepAsync(Noon, Ct)).InterruptedDeliveries);
        Assert.Equal(2, (await DueIn(survivor, Noon)).Count);
        Assert.Equal(TestMail.Content, await survivor.ReadChunkAsync(1, 0, Ct));
    }

    [Fact]
    public async Task What_is_deleted_is_room_inside_the_file()
    {
        const int Megabyte = 1_000_000;
        await Sqlite.RunAsync("CREATE TABLE ballast (content BLOB)");
        await Sqlite.RunAsync($"INSERT INTO ballast VALUES (zeroblob({Megabyte}))");
        Assert.InRange(Sqlite.RoomInside().Inside, 0, Megabyte / 10);
        await Sqlite.RunAsync("DELETE FROM ballast");
        Assert.InRange(Sqlite.RoomInside().Inside, Megabyte * 9 / 10, 2 * Megabyte);
        Assert.Equal(new FileInfo(_folder.File("data/packetboat.db-wal")).Length, Sqlite.RoomInside().Log);
    }

    [Fact]
    public async Task A_torn_write_ahead_log_loses_nothing_that_was_answered_before()
    {
        await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));
        long answered = new FileInfo(_folder.File("data/packetboat.db-wal")).Length;
        await AcceptAsync(TestMail.Waiting(0, "jim@far.example"));
        string copy = CrashCopy();
        using (FileStream torn = File.OpenWrite(Path.Combine(copy, "packetboat.db-wal")))
            torn.SetLength(answered + 100);

        await using SqliteStore survivor = Open(copy);
        Assert.Equal(["joe@far.example"], (await DueIn(survivor, Noon)).Select(due => due.Recipient.Address.ToString()));
    }

    [Fact]
    public void A_second_program_is_refused_in_words()
    {
        StoreInUseException refusal = Assert.Throws<StoreInUseException>(() => Open(_folder.File("data")));
        Assert.Equal(
            $"another packetboat has {_folder.File("data")} open; stop it, or use another DataDirectory",
            refusal.Message
        );
    }

    [Fact]
    public async Task A_schema_from_the_future_is_refused_and_the_file_is_let_go()
    {
        await Sqlite.RunAsync("INSERT INTO migration VALUES (9999, 'x', 0)");
        await CloseAsync(Store);

        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => Open(_folder.File("data")));
        Assert.Contains("schema 9999", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => Open(_folder.File("data")));
    }

    [Fact]
    public async Task A_schema_that_was_changed_behind_its_back_is_refused()
    {
        await Sqlite.RunAsync("UPDATE migration SET checksum = 'another' WHERE number = 1");
        await CloseAsync(Store);

        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => Open(_folder.File("data")));
        Assert.StartsWith("schema file 1 is not the one this database was made with", refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_full_disk_accepts_nothing_and_an_empty_one_takes_mail_again()
    {
        await AcceptAsync(TestMail.Waiting(0, "joe@far.example"));
        await FillDiskAsync();

        var full = await Assert.ThrowsAsync<StoreUnavailableException>(() => AcceptLargeAsync("jim@far.example"));
        Assert.Equal("the disk is full", full.Message);
        Assert.Single(await Due(Noon));

        await MakeRoomAsync();
        await AcceptLargeAsync("jim@far.example");
        Assert.Equal(2, (await Due(Noon)).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_outcome_that_a_full_disk_would_not_take_is_written_when_it_can_be()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        await FillDiskAsync();
        RecipientResult large = TestMail.Result(0, RecipientState.Waiting, Noon, TraceKind.Deferred) with
        {
            Reply = new string('x', 100_000),
        };
        await Store.RecordAsync(number, Noon, [large], null);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AcceptLargeAsync("jim@far.example"));
        Assert.Empty(await Due(Noon));

        await MakeRoomAsync();
        await FlushAsync();
        Assert.Single(await Due(Noon));
    }

    /// <summary>Else each claim that still fits would end in one more outcome that does not.</summary>
    [Fact(Timeout = 60_000)]
    public async Task While_an_outcome_is_owed_nothing_is_begun_even_where_there_is_room_for_it()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        long other = await AcceptAsync(TestMail.Waiting(0, "jim@far.example"));
        await FillDiskAsync();
        RecipientResult large = TestMail.Result(0, RecipientState.Waiting, Noon, TraceKind.Deferred) with
        {
            Reply = new string('x', 100_000),
        };
        await Store.RecordAsync(number, Noon, [large], null);
        var claim = new Claim(other, 0, "mx far.example", 1, Noon, ToDelivery: true);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.ClaimAsync([claim], Ct));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AcceptAsync(TestMail.Waiting(0, "jack@far.example")));

        await MakeRoomAsync();
        Assert.Single(await Store.ClaimAsync([claim], Ct));
    }

    /// <summary>The report is sent from memory meanwhile; were that filed first, nothing would be there to file it with.</summary>
    [Fact(Timeout = 60_000)]
    public async Task What_became_of_a_report_is_written_behind_the_report_that_a_full_disk_would_not_take()
    {
        long number = await AcceptAsync(TestMail.Claimed(0, "joe@far.example"));
        await FillDiskAsync();
        RecipientResult bounced = TestMail.Result(0, RecipientState.Bounced, Noon, TraceKind.Bounced) with
        {
            Reply = new string('x', 100_000),
        };
        QueuedMessage report = TestMail.Message(Store.NextMessageNumber());
        await Store.RecordAsync(
            number,
            Noon,
            [bounced],
            new NewMessage(report, [TestMail.Claimed(0, "sysop@node.example")], new byte[100])
        );
        await Store.RecordAsync(
            report.Number,
            Noon,
            [TestMail.Result(0, RecipientState.Delivered, Noon, TraceKind.Delivered)],
            null
        );
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AcceptLargeAsync("jim@far.example"));

        await MakeRoomAsync();
        await FlushAsync();
        MessageStory story = (await Store.FindAsync(report.Id, Ct))!;
        Assert.Equal(RecipientState.Delivered, story.Recipients.Single().State);
        Assert.Contains(story.Events, happened => happened.Kind == TraceKind.Delivered);
    }

    [Fact]
    public async Task A_closed_store_takes_no_orders()
    {
        await CloseAsync(Store);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AcceptAsync(TestMail.Waiting(0, "joe@far.example")));
    }

    private static SqliteStore Open(string directory) => SqliteStore.Open(directory, new FakeTimeProvider(Noon));

    /// <summary>What a machine that lost its power would find: the files as they are, while they are open.</summary>
    private string CrashCopy()
    {
        string copy = Directory.CreateDirectory(_folder.File("copy")).FullName;
        foreach (string name in new[] { "packetboat.db", "packetboat.db-wal" })
            File.Copy(_folder.File($"data/{name}"), Path.Combine(copy, name));
        return copy;
    }

    private Task AcceptLargeAsync(string recipient) =>
        Store.AcceptAsync(
            new NewMessage(TestMail.Message(Store.NextMessageNumber()), [TestMail.Waiting(0, recipient)], new byte[200_000]),
            Ct
        );

    private Task FillDiskAsync() => Sqlite.RunAsync("PRAGMA max_page_count = 1");

    private Task MakeRoomAsync() => Sqlite.RunAsync("PRAGMA max_page_count = 1000000");
}
