using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Packetboat.Relay.Queue;

/// <summary>
/// Message ids as a secret permutation of the message numbers: unlike each other for whoever does not have the key, and still found without
/// an index, because the number can be had back from the id. A Feistel network over 50 bits with AES as its round function; ids are
/// made for many numbers at a time, so that a round is one call.
/// </summary>
/// <param name="key">16 octets, of one store, for ever.</param>
public sealed class MessageIdSequence(byte[] key) : IDisposable
{
    /// <summary>Numbers go up to this: 2⁵⁰.</summary>
    public const long End = 1L << (2 * HalfBits);

    private const int HalfBits = 25;
    private const uint HalfMask = (1u << HalfBits) - 1;
    private const int Rounds = 8;
    private const int AtOnce = 64;

    private readonly Aes _aes = Create(key);
    private readonly Lock _lock = new();
    private volatile Block _recent = new(-1, []);

    /// <param name="number">Below <see cref="End"/>.</param>
    public string IdOf(long number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)number, (ulong)End, nameof(number));
        long first = number - (number % AtOnce);
        Block block = _recent;
        if (block.First != first)
            _recent = block = BlockFrom(first);
        return block.Ids[number - first];
    }

    /// <summary>The number behind an id of the right form; it may be one that no message has.</summary>
    public bool TryNumberOf(string id, out long number)
    {
        number = 0;
        if (!MessageId.TryValue(id, out long value))
            return false;
        Span<uint> left = [(uint)(value >> HalfBits)];
        Span<uint> right = [(uint)value & HalfMask];
        for (int round = Rounds - 1; round >= 0; round--)
        {
            // A round backwards: the halves change places first.
            uint before = left[0];
            Mix(round, left, right);
            left[0] = right[0];
            right[0] = before;
        }

        number = ((long)left[0] << HalfBits) | right[0];
        return true;
    }

    public void Dispose() => _aes.Dispose();

    [SuppressMessage(
        "Security",
        "CA5358",
        Justification = "ECB of single blocks is the round function, not a way to encrypt data"
    )]
    private static Aes Create(byte[] key)
    {
        Aes aes = Aes.Create();
        aes.Key = key;
        return aes;
    }

    private Block BlockFrom(long first)
    {
        Span<uint> left = stackalloc uint[AtOnce];
        Span<uint> right = stackalloc uint[AtOnce];
        for (int i = 0; i < AtOnce; i++)
            (left[i], right[i]) = ((uint)((first + i) >> HalfBits), (uint)(first + i) & HalfMask);
        for (int round = 0; round < Rounds; round++)
        {
            Mix(round, right, left);
            Span<uint> mixed = left;
            left = right;
            right = mixed;
        }

        string[] ids = new string[AtOnce];
        for (int i = 0; i < AtOnce; i++)
            ids[i] = MessageId.Of(((long)left[i] << HalfBits) | right[i]);
        return new Block(first, ids);
    }

    /// <summary>Adds the round function of one half to the other.</summary>
    private void Mix(int round, ReadOnlySpan<uint> from, Span<uint> into)
    {
        Span<byte> blocks = stackalloc byte[16 * from.Length];
        Span<byte> mixed = stackalloc byte[16 * from.Length];
        blocks.Clear();
        for (int i = 0; i < from.Length; i++)
        {
            blocks[16 * i] = (byte)round;
            BinaryPrimitives.WriteUInt32LittleEndian(blocks[((16 * i) + 4)..], from[i]);
        }

        lock (_lock)
            _aes.EncryptEcb(blocks, mixed, PaddingMode.None);
        for (int i = 0; i < from.Length; i++)
            into[i] ^= BinaryPrimitives.ReadUInt32LittleEndian(mixed[(16 * i)..]) & HalfMask;
    }

    private sealed record Block(long First, string[] Ids);
}
