using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Tests.Spool;

public sealed class ReserveTests
{
    private const long Mebibyte = 1 << 20;

    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _changes = [];
    private readonly Reserve _reserve;
    private long _free = 100 * Mebibyte;
    private long _kept = 64 * Mebibyte;
    private int _asked;

    public ReserveTests()
    {
        _reserve = new Reserve("disk", "DiskReserve", () => _kept, Free, _time);
        _reserve.Changed += _changes.Add;
    }

    [Fact]
    public void Mail_is_taken_while_there_is_more_free_than_the_reserve() => Assert.Null(_reserve.Refusal);

    [Fact]
    public void Below_the_reserve_the_reason_has_both_figures()
    {
        _free = 12 * Mebibyte;
        Assert.Equal("12 MiB of disk are left, and DiskReserve keeps 64", _reserve.Refusal);
        Assert.Equal([_reserve.Refusal], _changes);
    }

    [Fact]
    public void It_opens_again_by_itself_and_says_so_once()
    {
        _free = 0;
        Assert.NotNull(_reserve.Refusal);
        _free = 64 * Mebibyte;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_reserve.Refusal);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_reserve.Refusal);
        Assert.Equal([false, true], _changes.Select(change => change is null));
    }

    [Fact]
    public void The_disk_is_asked_once_a_second_at_most()
    {
        for (int i = 0; i < 10; i++)
            _ = _reserve.Refusal;
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Without_a_reserve_a_full_disk_is_the_stores_affair()
    {
        (_free, _kept) = (0, 0);
        Assert.Null(_reserve.Refusal);
    }

    [Fact]
    public void The_free_space_of_a_directory_is_its_disks()
    {
        Assert.InRange(FreeSpace.OnDiskOf(Path.GetTempPath()), 1, long.MaxValue - 1);
        string notMade = Path.Combine(Path.GetTempPath(), "there", "is", "no", "such", "place");
        Assert.InRange(FreeSpace.OnDiskOf(notMade), 1, long.MaxValue - 1);
        Assert.Equal(long.MaxValue, FreeSpace.OnDiskOf("no\0such"));
    }

    [Theory]
    [InlineData(64, 500, 64, 64)] // nothing is lacking
    [InlineData(63, 500, 64, 563)]
    [InlineData(63, 0, 64, 63)]
    [InlineData(20, 500, 44, 520)]
    [InlineData(20, 500, 43, 20)] // the log of the database has no room to grow
    [InlineData(15, 500, 64, 15)] // something else fills the disk
    public void What_the_store_has_free_inside_counts_where_its_log_has_room(long onDisk, long inside, long log, long left) =>
        Assert.Equal(
            left * Mebibyte,
            FreeSpace.ForMail(onDisk * Mebibyte, () => (inside * Mebibyte, log * Mebibyte), reserve: 64 * Mebibyte)
        );

    [Fact]
    public void The_free_memory_is_less_than_all_there_is() =>
        Assert.InRange(FreeSpace.InMemory(), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    [Fact]
    public void The_first_reserve_that_is_reached_closes_the_spool()
    {
        var memory = new Reserve("memory", "MemoryReserve", () => 32 * Mebibyte, () => 5 * Mebibyte, _time);
        var spool = new MessageSpool(null!, null!, [_reserve, memory], _time);
        Assert.Equal("5 MiB of memory are left, and MemoryReserve keeps 32", spool.Refusal);
    }

    private long Free()
    {
        _asked++;
        return _free;
    }
}
