using System.Buffers;
using System.Runtime.InteropServices;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class ReceiveBlocksTests : IDisposable
{
    private readonly ReceiveBlocks _blocks = new();

    public void Dispose() => _blocks.Dispose();

    [Fact]
    public void A_block_that_was_given_back_is_lent_again_and_no_sooner()
    {
        IMemoryOwner<byte> first = _blocks.Rent();
        IMemoryOwner<byte> second = _blocks.Rent(ReceiveBlocks.Size);
        Assert.Equal((16 * 1024, 16 * 1024), (first.Memory.Length, second.Memory.Length));
        Assert.NotSame(ArrayOf(first), ArrayOf(second));

        byte[] known = ArrayOf(first);
        first.Dispose();
        Assert.Same(known, ArrayOf(_blocks.Rent()));
        Assert.NotSame(known, ArrayOf(_blocks.Rent()));
    }

    [Fact]
    public void Four_mebibytes_at_most_wait_for_use()
    {
        IMemoryOwner<byte>[] lent = [.. Enumerable.Range(0, 300).Select(_ => _blocks.Rent())];
        HashSet<byte[]> known = [.. lent.Select(ArrayOf)];
        Assert.Equal(300, known.Count);
        foreach (IMemoryOwner<byte> block in lent)
            block.Dispose();

        Assert.Equal(256, Enumerable.Range(0, 300).Count(_ => known.Contains(ArrayOf(_blocks.Rent()))));
    }

    [Fact]
    public void More_than_a_block_is_not_to_be_had() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _blocks.Rent(ReceiveBlocks.Size + 1));

    private static byte[] ArrayOf(IMemoryOwner<byte> block)
    {
        Assert.True(MemoryMarshal.TryGetArray<byte>(block.Memory, out ArraySegment<byte> array));
        return array.Array!;
    }
}
