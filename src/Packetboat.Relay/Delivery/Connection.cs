using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Delivery;

/// <summary>What came of an attempt to connect.</summary>
internal abstract record Connection
{
    private Connection() { }

    /// <param name="Session">Greeted, secured and signed in.</param>
    /// <param name="Host"><c>mx.example [192.0.2.1]:25</c>.</param>
    /// <param name="Security">In words, for the trace.</param>
    public sealed record Ready(SmtpClientSession Session, string Host, string Security) : Connection
    {
        /// <summary>The peer is who it must be, by a name that nobody could forge, and keeps the promise in its turn. RFC 8689 §4.2.1.</summary>
        public bool MayRequireTls { get; init; }

        /// <summary>Its place among the connections that the provider takes; null: nobody counts.</summary>
        public PacedConnection? Pace { get; init; }

        /// <summary>Our address; null: nobody asks.</summary>
        public IPAddress? From { get; init; }

        /// <summary>Whether mail of a sender may leave by it; null: anybody's may.</summary>
        public Func<MailAddress?, CancellationToken, ValueTask<bool>>? Suits { get; init; }

        /// <summary>What it may send as long as our address is new to the provider; null: nobody counts.</summary>
        public WarmUpRamp? WarmUp { get; init; }
    }

    /// <summary>The provider has as many connections of ours as it takes, or asked us to slow down: nothing was tried.</summary>
    /// <param name="Until">When it is worth asking again.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Paced(DateTimeOffset Until, string Reason) : Connection;

    /// <summary>Nobody took the call. All messages for this route wait.</summary>
    /// <param name="Reply">What is filed: the peer's words, or ours.</param>
    /// <param name="FromPeer">Whose they are.</param>
    /// <param name="Host">Whom we called last.</param>
    public sealed record Unreachable(SmtpReply Reply, bool FromPeer, string Host) : Connection
    {
        /// <summary>It was said before the TLS that is demanded of the host: whoever sits on the way may have said it.</summary>
        public bool IsForgeable { get; init; }

        /// <summary>The host does not do what one domain demands of it. That says nothing about the host to other domains, whoever wrote it down.</summary>
        public bool IsOfPolicy { get; init; }
    }

    /// <summary>The domain cannot get mail at all; its recipients bounce.</summary>
    public sealed record Impossible(SmtpReply Reply) : Connection;

    /// <summary>Our settings are at fault, or the relay does not want us.</summary>
    /// <param name="Reason">In words.</param>
    /// <param name="Host">Whom we called.</param>
    /// <param name="Refusal">The relay's words, where it has spoken.</param>
    public sealed record Misconfigured(string Reason, string Host, SmtpReply? Refusal = null) : Connection;
}
