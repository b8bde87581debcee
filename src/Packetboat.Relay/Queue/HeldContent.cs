using System.Buffers;

namespace Packetboat.Relay.Queue;

/// <summary>
/// The whole content of a message in memory that is used again. Who holds it may read it; when the last has let go, the memory is the next
/// message's. A large one would otherwise be an object of its own for the collector to find, three thousand times a second.
/// </summary>
public sealed class HeldContent
{
    private readonly bool _isRented;
    private byte[]? _memory;
    private int _holders = 1;

    private HeldContent(byte[] memory, int length, bool isRented) =>
        (_memory, Length, Room, _isRented) = (memory, length, memory.Length, isRented);

    /// <summary>Octets of the content.</summary>
    public int Length { get; }

    /// <summary>Octets of the memory that it takes.</summary>
    public int Room { get; }

    /// <summary>The content, for as long as it is held.</summary>
    /// <exception cref="ObjectDisposedException">Nobody holds it any more.</exception>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return _memory.AsMemory(0, Length);
        }
    }

    /// <summary>Held by the caller. <paramref name="bytes"/> are the collector's in the end.</summary>
    public static HeldContent Of(byte[] bytes) => new(bytes, bytes.Length, isRented: false);

    /// <summary>Held by the caller. <paramref name="rented"/> goes back to the shared pool in the end.</summary>
    /// <param name="rented">Memory of <see cref="ArrayPool{T}.Shared"/>, which its renter leaves to this.</param>
    /// <param name="length">How much of it is content.</param>
    public static HeldContent OfRented(byte[] rented, int length) => new(rented, length, isRented: true);

    /// <summary>One more holds it; the caller must hold it already.</summary>
    /// <exception cref="InvalidOperationException">Nobody does: the memory may be another message's.</exception>
    public HeldContent Hold()
    {
        int known = Volatile.Read(ref _holders);
        while (known > 0)
        {
            int before = Interlocked.CompareExchange(ref _holders, known + 1, known);
            if (before == known)
                return this;
            known = before;
        }

        throw new InvalidOperationException("content was to be held that nobody holds any more");
    }

    /// <summary>One less holds it: once for each who did.</summary>
    /// <exception cref="InvalidOperationException">More let go than held it.</exception>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _holders);
        if (left < 0)
            throw new InvalidOperationException("content was let go more often than it was held");
        if (left > 0)
            return;
        byte[] memory = _memory!;
        _memory = null;
        if (_isRented)
            ArrayPool<byte>.Shared.Return(memory);
    }
}
