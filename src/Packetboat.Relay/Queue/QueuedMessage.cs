using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Relay.Queue;

/// <summary>An accepted message without its recipients and its content.</summary>
/// <param name="Number">The store's own number: the order of acceptance, and what its content is filed under.</param>
/// <param name="Id"><see cref="MessageId"/>.</param>
/// <param name="Accepted">When we said 250.</param>
/// <param name="Sender">The reverse-path; null is <c>&lt;&gt;</c>.</param>
/// <param name="Account">Who signed in to submit it; null when nobody did.</param>
/// <param name="Origin">Where it came from, for people: <c>esmtpsa from 192.0.2.1 (bbs.example)</c>.</param>
/// <param name="Size">Octets of <paramref name="Trace"/> and content.</param>
/// <param name="Chunks">How many chunks the content has.</param>
/// <param name="Trace">Fields that we added in front of the content: CRLF-ended header lines.</param>
/// <param name="Body">As declared on MAIL, or found in the content.</param>
/// <param name="SmtpUtf8">The next hop must offer SMTPUTF8.</param>
/// <param name="Dsn">RET and ENVID.</param>
/// <param name="Tls">What its sender wants.</param>
public sealed record QueuedMessage(
    long Number,
    string Id,
    DateTimeOffset Accepted,
    MailAddress? Sender,
    string? Account,
    string Origin,
    long Size,
    int Chunks,
    byte[] Trace,
    BodyType Body,
    bool SmtpUtf8,
    EnvelopeNotice Dsn,
    TlsWish Tls = TlsWish.Usual
);

/// <summary>One recipient of a queued message.</summary>
/// <param name="Number">From 0, in the order of RCPT.</param>
/// <param name="Address">The forward-path.</param>
/// <param name="Dsn">NOTIFY and ORCPT.</param>
/// <param name="Attempts">Attempts begun, the present one included.</param>
public sealed record QueuedRecipient(int Number, MailAddress Address, RecipientNotice Dsn, int Attempts = 0)
{
    /// <summary>Whether he keeps to the way that he has.</summary>
    public Binding Binding { get; init; }
}
