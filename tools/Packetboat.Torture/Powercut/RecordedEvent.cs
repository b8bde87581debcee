using System.Buffers.Binary;
using System.Text;

namespace Packetboat.Torture.Powercut;

/// <summary>As in <c>enum kind</c> of <c>faults.c</c>, and what the exchange adds.</summary>
internal enum EventKind
{
    Create = 1,
    Opened,
    Write,
    Truncate,
    SyncBegin,
    SyncEnd,
    Unlink,
    Rename,
    MakeDirectory,

    /// <summary>A 250 that names the message is about to be sent.</summary>
    Reply,

    /// <summary>The exchange is about to say 250.</summary>
    Delivered,
}

/// <summary>One thing that happened, in the order in which it did.</summary>
/// <param name="Kind">What.</param>
/// <param name="File">The number of the file's inode.</param>
/// <param name="Place">Where in the file, or its new length, or the number of the sync; of something opened, 1: it is a directory.</param>
/// <param name="Bytes">What was written, or a path, an id, a copy.</param>
internal sealed record RecordedEvent(EventKind Kind, ulong File, long Place, byte[] Bytes)
{
    private const int HeadLength = 24;

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Reads a recording to its end.</summary>
    /// <exception cref="EndOfStreamException">It ends within an event.</exception>
    public static IEnumerable<RecordedEvent> ReadAll(string recording)
    {
        using FileStream stream = System.IO.File.OpenRead(recording);
        byte[] head = new byte[HeadLength];
        while (stream.Position < stream.Length)
        {
            stream.ReadExactly(head);
            byte[] bytes = new byte[BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4))];
            stream.ReadExactly(bytes);
            yield return new RecordedEvent(
                (EventKind)BinaryPrimitives.ReadUInt32LittleEndian(head),
                BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(8)),
                BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16)),
                bytes
            );
        }
    }

    /// <summary>The event as <c>faults.c</c> writes it.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeadLength + Bytes.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)Bytes.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), File);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Place);
        Bytes.CopyTo(bytes.AsSpan(HeadLength));
        return bytes;
    }
}
