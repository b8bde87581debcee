using System.IO.MemoryMappedFiles;

namespace Packetboat.Torture.Shim;

/// <summary>What the library is told, and what it counts: a file that both have in memory. It stays when the tormented program is killed.</summary>
internal sealed class FaultControl : IDisposable
{
    public const int NoSpace = 28; // ENOSPC
    public const int BadDisk = 5; // EIO
    public const int ReadOnly = 30; // EROFS

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public FaultControl(string path)
    {
        Path = path;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Slots * sizeof(long));
        _view = _file.CreateViewAccessor();
    }

    private const int Slots = 16;

    public string Path { get; }

    /// <summary>Calls that were made to fail.</summary>
    public long Failed => Read(Slot.Failed);

    public long Written => Read(Slot.Written);

    public long Synced => Read(Slot.Synced);

    public long Asked => Read(Slot.Asked);

    /// <param name="writes">The error of writes and new files; 0: none.</param>
    /// <param name="syncs">The error of what makes them durable; 0: none.</param>
    /// <param name="oneIn">Of so many calls one fails.</param>
    /// <param name="torn">Half of a failing write is put down.</param>
    public void SpoilDisk(int writes, int syncs, int oneIn, bool torn)
    {
        Write(Slot.OneIn, oneIn);
        Write(Slot.Torn, torn ? 1 : 0);
        Write(Slot.Writes, writes);
        Write(Slot.Syncs, syncs);
    }

    public void MendDisk()
    {
        Write(Slot.Writes, 0);
        Write(Slot.Syncs, 0);
    }

    public bool IsDiskSpoilt => Read(Slot.Writes) != 0 || Read(Slot.Syncs) != 0;

    public void SetClock(TimeSpan wrongBy) => Write(Slot.Clock, wrongBy.Ticks * 100);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private long Read(Slot slot) => _view.ReadInt64((int)slot * sizeof(long));

    private void Write(Slot slot, long value) => _view.Write((int)slot * sizeof(long), value);

    /// <summary>As in <c>struct control</c>.</summary>
    private enum Slot
    {
        Writes,
        Syncs,
        OneIn,
        Torn,
        Clock,
        Failed,
        Written,
        Synced,
        Asked,
    }
}
