using Packetboat.Protocol.Smtp;

namespace Packetboat.Relay.Diagnosis;

/// <summary>What a failed attempt is judged by.</summary>
/// <param name="Reply">The peer's words, or ours from <see cref="Delivery.DeliveryReplies"/>.</param>
/// <param name="FromPeer">Whose they are. No peer can speak in our name.</param>
/// <param name="Host">Whom we spoke to, <c>mx.example [192.0.2.1]:25</c> or the name alone; empty when nobody was reached.</param>
public readonly record struct RemoteOutcome(SmtpReply Reply, bool FromPeer, string Host);
