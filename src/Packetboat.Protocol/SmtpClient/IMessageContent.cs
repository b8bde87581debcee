namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// A message's bytes as they were accepted: no dot-stuffing, every line end a CRLF. Read once for each transaction.
/// A chunk stays valid until the next is asked for.
/// </summary>
public interface IMessageContent
{
    /// <summary>Octets, all chunks together. RFC 1870 §5 counts them before dot-stuffing.</summary>
    long Size { get; }

    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(CancellationToken ct);
}
