using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Queue;

namespace Packetboat.Testing;

/// <summary>Messages for a queue, with everything filled in that a test does not care about.</summary>
public static class TestMail
{
    public const string Account = "MYBBS";

    public static DateTimeOffset Noon { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static QueuedMessage Message(
        long number,
        string? sender = "alice@node.example",
        DateTimeOffset? accepted = null,
        int chunks = 1
    ) =>
        new(
            number,
            MessageId.New(),
            accepted ?? Noon,
            sender is null ? null : MailAddress.Parse(sender),
            Account,
            "esmtpsa from 192.0.2.1 (node.example)",
            100,
            chunks,
            "Received: by us\r\n"u8.ToArray(),
            BodyType.SevenBit,
            SmtpUtf8: false,
            EnvelopeNotice.None
        );

    public static NewRecipient Waiting(int number, string address, string route = "mx far.example", DateTimeOffset? due = null) =>
        new(Recipient(number, address), route, RecipientState.Waiting, due ?? Noon);

    public static NewRecipient Claimed(int number, string address, string route = "mx far.example", DateTimeOffset? due = null) =>
        new(Recipient(number, address) with { Attempts = 1 }, route, RecipientState.Claimed, due ?? Noon.AddMinutes(1));

    public static QueuedRecipient Recipient(int number, string address, DsnNotify notify = DsnNotify.Unspecified) =>
        new(number, MailAddress.Parse(address), new RecipientNotice(notify, null));

    public static NewMessage Accepted(IQueueStore store, params NewRecipient[] recipients) =>
        new(Message(store.NextMessageNumber()), recipients, Content);

    public static byte[] Content { get; } = Encoding.ASCII.GetBytes("Subject: test\r\n\r\nHello\r\n");

    public static RecipientResult Result(
        int recipient,
        RecipientState state,
        DateTimeOffset due,
        TraceKind kind,
        int attempts = 1
    ) => new(recipient, state, due, attempts, "mx.far.example [192.0.2.25]:25", "TLS 1.3", "the peer's words", kind);
}
