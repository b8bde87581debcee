using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Packetboat.Serving;

/// <summary>
/// What arrives is read into blocks of 16 KiB instead of Kestrel's 4: a message of 4 KiB is then one read and not two, and one of 100 KiB is
/// seven and not twenty-five.
/// </summary>
internal sealed class ReceiveBlocks : MemoryPool<byte>
{
    public const int Size = 16 * 1024;

    /// <summary>Blocks that wait for use, 4 MiB. What more connections have given back is the collector's.</summary>
    private const int MostKept = 256;

    private readonly ConcurrentQueue<Block> _kept = new();

    public override int MaxBufferSize => Size;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, Size);
        return _kept.TryDequeue(out Block? block) ? block : new Block(this);
    }

    protected override void Dispose(bool disposing) => _kept.Clear();

    private void Return(Block block)
    {
        if (_kept.Count < MostKept)
            _kept.Enqueue(block);
    }

    /// <summary>For the transport, which asks for its pools here.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ReceiveBlocks();
    }

    /// <summary>The kernel writes into it: it must not be moved.</summary>
    private sealed class Block(ReceiveBlocks pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } =
            MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(Size, pinned: true), 0, Size);

        public void Dispose() => pool.Return(this);
    }
}
