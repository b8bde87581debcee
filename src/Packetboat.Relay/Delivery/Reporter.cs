using System.Buffers;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Signing;

namespace Packetboat.Relay.Delivery;

/// <summary>Writes the reports to senders, RFC 3464, and makes messages of them that the queue carries like any other.</summary>
internal sealed class Reporter(
    IQueueStore store,
    IScheduler scheduler,
    Func<string> hostName,
    Func<string> language,
    TimeProvider time,
    MessageSigner? signer = null,
    Func<MailAddress, MailAddress>? original = null
)
{
    /// <summary>
    /// A report about some recipients of a message, reserved with the scheduler but not stored: it goes into the transaction that files
    /// what it reports. Null when there is nobody to report to.
    /// </summary>
    public async ValueTask<(NewMessage Message, IReservation Reservation)?> ReportAsync(
        DeliveryItem item,
        IReadOnlyList<ReportedRecipient> recipients,
        CancellationToken stopping
    )
    {
        // Never a report about a report: it would travel for ever. RFC 5321 §4.5.5.
        if (recipients.Count == 0 || item.Message.Sender is not { } leftAs)
            return null;
        // Whose name we have changed is told by his own.
        MailAddress sender = original?.Invoke(leftAs) ?? leftAs;

        byte[] content = await ContentAsync(item, stopping);
        ReportWords words = ReportWords.Of(SenderLanguage.Of(HeaderOf(content).Span, ReportWords.Languages) ?? language());
        long number = store.NextMessageNumber();
        string id = store.IdOf(number);
        DeliveryStatusNotification report = DeliveryStatusNotification.Of(
            new DsnInput
            {
                ReportingHost = hostName(),
                Words = words.For(recipients.Min(recipient => recipient.Facts.Action), hostName()),
                MessageId = $"{id}@{hostName()}",
                Date = time.GetLocalNow(),
                Sender = sender,
                Arrival = item.Message.Accepted,
                EnvelopeId = item.Message.Dsn.EnvelopeId,
                // What must not travel in clear is not in a report in full. RFC 8689 §5.
                Return = item.Message.Tls == TlsWish.Required ? DsnReturn.Headers : item.Message.Dsn.Return,
                Recipients = [.. recipients.Select(recipient => recipient.In(words))],
                SmtpUtf8 = item.Message.SmtpUtf8,
                OriginalHeader = HeaderOf(content),
                OriginalContent = content.Length == item.Message.Size ? content : ReadOnlyMemory<byte>.Empty,
            }
        );
        return Queue(item, number, id, sender, report);
    }

    private (NewMessage, IReservation) Queue(
        DeliveryItem item,
        long number,
        string id,
        MailAddress sender,
        DeliveryStatusNotification report
    )
    {
        byte[] bytes = report.Bytes.ToArray();
        var message = new QueuedMessage(
            number,
            id,
            time.GetUtcNow(),
            Sender: null,
            Account: null, // ours: it is neither stopped with the account nor counted as its mail
            $"report about {item.Message.Id}",
            bytes.Length,
            Chunks: 1,
            // Signed as the mail of others is: a report without a signature of its From is what forgers send.
            Trace: signer?.Sign(id, bytes) ?? [],
            report.IsEightBit ? BodyType.EightBitMime : BodyType.SevenBit,
            report.NeedsSmtpUtf8,
            EnvelopeNotice.None,
            item.Message.Tls == TlsWish.Required ? TlsWish.Required : TlsWish.Usual
        );
        // RFC 3464 §2: a report must not cause another.
        var to = new QueuedRecipient(0, sender, new RecipientNotice(DsnNotify.Never, null));
        var content = HeldContent.Of(bytes);
        IReservation reservation = scheduler.Reserve(message, [to], content);
        content.Release();
        return (new NewMessage(message, reservation.Recipients, bytes), reservation);
    }

    /// <summary>All of a small message; of a large one enough for its header.</summary>
    private async ValueTask<byte[]> ContentAsync(DeliveryItem item, CancellationToken stopping)
    {
        var content = new ArrayBufferWriter<byte>(16 * 1024);
        await foreach (ReadOnlyMemory<byte> part in new StoredContent(item, store).ReadAsync(stopping))
        {
            int room = DeliveryStatusNotification.MaxReturned + 1 - content.WrittenCount;
            content.Write(part.Span[..Math.Min(part.Length, room)]);
            if (part.Length >= room)
                break;
        }

        return content.WrittenSpan.ToArray();
    }

    private static ReadOnlyMemory<byte> HeaderOf(byte[] content)
    {
        int end = content.AsSpan().IndexOf("\r\n\r\n"u8);
        return end < 0 ? content : content.AsMemory(0, end + 2);
    }
}
