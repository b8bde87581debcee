namespace Packetboat.Protocol.SmtpClient;

/// <summary>How a connection died.</summary>
public enum SmtpFault
{
    /// <summary>The peer closed the connection, or the network did.</summary>
    ConnectionLost,

    /// <summary>A deadline of <see cref="SmtpClientTimeouts"/> passed.</summary>
    TimedOut,

    /// <summary>What the peer sent is no reply, or no reply to what was asked.</summary>
    NotSmtp,

    /// <summary>Bytes came in the clear between the 220 to STARTTLS and the handshake. RFC 3207 §5.</summary>
    ResponseInjection,

    /// <summary>The handshake failed; the inner exception says why.</summary>
    TlsFailed,
}

/// <summary>The connection is dead and must be dropped. What a peer refuses in good order is a value, never this.</summary>
public sealed class SmtpProtocolException(SmtpFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public SmtpFault Fault { get; } = fault;
}
