using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Relay.SmtpServer;

/// <summary>The session's view of a connection. The only place that waits for the network, and where every wait has its deadline.</summary>
public interface ISmtpWire
{
    /// <summary>TLS version and cipher, null while the connection is in clear.</summary>
    string? Tls { get; }

    /// <summary>What a sign-in can be tied to. Empty in clear.</summary>
    IReadOnlyList<ChannelBinding> ChannelBindings { get; }

    /// <summary><see cref="TlsClientKey"/> of the client, where it was asked for a certificate and showed one; else null.</summary>
    byte[]? ClientKey { get; }

    /// <summary>The next command; <see cref="SmtpCommand.Ended"/> when there is none.</summary>
    ValueTask<SmtpCommand> ReadCommandAsync();

    /// <summary>A line within AUTH, without its CRLF; null when the connection ended.</summary>
    ValueTask<AuthLine?> ReadAuthLineAsync();

    /// <summary>Reads a message up to its final dot.</summary>
    ValueTask<ReadEnd> ReadDataAsync(IncomingMessage message);

    /// <summary>Reads a chunk of BDAT; a null message throws its octets away.</summary>
    ValueTask<ReadEnd> ReadChunkAsync(long octets, IncomingMessage? message);

    /// <summary>
    /// Replies are kept together while more commands have already arrived. RFC 2920 §3.2. Before one that leads to TLS everything that has
    /// arrived is dropped: it came in the clear and may be injected. RFC 3207 §4.2.
    /// </summary>
    ValueTask WriteAsync(SmtpReply reply);

    /// <summary>The client has got something done: its patience with us, and ours with it, begins anew.</summary>
    void Progress();

    /// <summary>Hands over to TLS.</summary>
    /// <returns>Whether the handshake succeeded.</returns>
    ValueTask<bool> UpgradeToTlsAsync();

    /// <summary>Waits, as a penalty or a pace; ends early when the server stops.</summary>
    /// <returns>Whether the client is still there.</returns>
    ValueTask<bool> PauseAsync(TimeSpan pause);
}

/// <summary>A line of a sign-in, or the reply that refuses it.</summary>
public sealed record AuthLine(string Text, SmtpReply? Refused);

/// <summary>How the reading of a message ended.</summary>
public enum ReadEnd
{
    Complete,
    Disconnected,
    TimedOut,

    /// <summary>The place of its sender is needed for others.</summary>
    Evicted,

    /// <summary>The server stops, and the message did not come to its end in time.</summary>
    Stopping,

    /// <summary>The message went on and on after its limit; only closing ends it.</summary>
    Endless,
}
