using System.Buffers;
using System.Text;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Operations;

/// <summary>
/// Takes a message of a local program, as sendmail(1) does: whoever may call it may send. It arrives with the line ends of this system and
/// leaves with CRLF; a missing Date, Message-ID or From is added in front, as RFC 6409 §8 lets a submission server do.
/// </summary>
public sealed class LocalSubmission(
    ISpool spool,
    Func<SmtpServerSettings> settings,
    MailLog log,
    TimeProvider time,
    KeepsIn? keepsIn = null
)
{
    public async Task<Result<Submitted>> SubmitAsync(Submission submission, Stream content, CancellationToken ct)
    {
        if (Envelope(submission, out MailAddress? sender, out List<EnvelopeRecipient> recipients) is { } refusal)
            return refusal;
        foreach (EnvelopeRecipient to in recipients)
            if (keepsIn?.Invoke(sender, null, to.Address) is { } rule)
                return new Refusal(
                    Protocol.PrintableText.Of(to.Address.ToString(), 300),
                    $"this mail must not leave the system: the rule {rule} keeps it in",
                    $"Change [Route:{rule}] in packetboat.ini, or send it to somebody else"
                );

        if (spool.Refusal is { } closed)
            return NotTaken(new StoreUnavailableException(closed, inner: null));

        SmtpServerSettings now = settings();
        await using var message = new IncomingMessage(spool.Begin(), now.HostName, now.MaxMessageSize, MessageFraming.Counted);
        await ReadAsync(content, message, ct);
        if (message.StoreFailure is { } unwritten)
            return NotTaken(unwritten);
        if (Problem(message, now) is { } problem)
            return problem;

        DateTimeOffset at = time.GetLocalNow();
        var envelope = new SpoolEnvelope(
            sender,
            recipients,
            Account: null,
            $"sendmail by {Protocol.PrintableText.Of(submission.User, 64)}",
            TraceFields(message, submission.User, sender, now.HostName, at),
            message.Header.HasEightBit ? BodyType.EightBitMime : BodyType.SevenBit,
            SmtpUtf8: recipients.Exists(to => to.Address.NeedsSmtpUtf8) || sender?.NeedsSmtpUtf8 == true,
            EnvelopeNotice.None,
            IsOurs: true,
            Tls: message.Header.HasTlsRequiredNo ? TlsWish.Optional : TlsWish.Usual
        );
        try
        {
            await message.CommitAsync(envelope, ct);
        }
        catch (StoreUnavailableException failure)
        {
            return NotTaken(failure);
        }

        log.Accepted(message.Id, envelope, message.Size);
        return new Submitted(message.Id);
    }

    private static Refusal? Envelope(Submission submission, out MailAddress? sender, out List<EnvelopeRecipient> recipients)
    {
        sender = null;
        recipients = [];
        if (submission.Sender.Length > 0 && (!MailAddress.TryParse(submission.Sender, out sender) || sender.Domain.Length == 0))
            return NotAnAddress(submission.Sender);
        foreach (string to in submission.Recipients)
        {
            if (!MailAddress.TryParse(to, out MailAddress? address) || address.Domain is "" or ['[', ..])
                return NotAnAddress(to);
            if (!recipients.Exists(known => known.Address.Equals(address)))
                recipients.Add(new EnvelopeRecipient(address, RecipientNotice.None));
        }

        return recipients.Count == 0
            ? new Refusal("nobody", "the message has no recipient", "Name one, or use -t and a To field")
            : null;
    }

    private static Refusal NotAnAddress(string text) =>
        new(Protocol.PrintableText.Of(text, 200), "it is not a mail address", "Write name@domain.example");

    private static Refusal? Problem(IncomingMessage message, SmtpServerSettings now)
    {
        if (message.Size == 0)
            return new Refusal("the message", "it is empty", "Give a header, an empty line and a body");
        if (message.Fault != DataFault.None)
            return new Refusal(
                "the message",
                $"line {message.FaultLine} is longer than {MessageReader.MaxLine} octets or has a stray CR",
                "Wrap it"
            );
        if (message.IsTooLarge)
            return new Refusal("the message", $"it is larger than MaxMsgSize, {now.MaxMessageSize} octets", "Send less");
        if (message.Header.ReceivedFields > now.MaxHops || message.Header.OwnReceivedFields >= SmtpServerSession.MaxOwnHops)
            return new Refusal(
                "the message",
                $"it has been through {message.Header.ReceivedFields} hosts: this looks like a loop",
                "See who sends it back"
            );
        return null;
    }

    private Refusal NotTaken(StoreUnavailableException failure)
    {
        log.StoreFailed(failure);
        return new Refusal("the message", $"it was not taken: {failure.Message}", "Make room, then send it again");
    }

    private static async Task ReadAsync(Stream content, IncomingMessage message, CancellationToken ct)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        byte[] converted = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        try
        {
            bool afterReturn = false;
            int read;
            while (!message.IsEndless && (read = await content.ReadAsync(buffer, ct)) > 0)
            {
                int length = LineEnds.ToNetwork(buffer.AsSpan(0, read), converted, ref afterReturn);
                message.Read(converted.AsSpan(0, length));
                await message.FlushAsync(ct);
            }

            message.EndOfCount();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(converted);
        }
    }

    private static byte[] TraceFields(
        IncomingMessage message,
        string user,
        MailAddress? sender,
        string hostName,
        DateTimeOffset at
    )
    {
        string name = Protocol.PrintableText.Of(user, 64);
        string received =
            $"Received: by {hostName} (Packetboat, from user {Quoted(name)}) id {message.Id};\r\n\t{ReceivedField.Date(at)}\r\n";
        string from = message.Header.HasFrom || sender is null ? "" : $"From: <{sender}>\r\n";
        string date = message.Header.HasDate ? "" : $"Date: {ReceivedField.Date(at)}\r\n";
        string id = message.Header.HasMessageId ? "" : $"Message-ID: <{message.Id}@{hostName}>\r\n";
        return Encoding.UTF8.GetBytes(received + from + date + id);
    }

    /// <summary>Inside a comment parentheses would end it. RFC 5322 §3.2.2.</summary>
    private static string Quoted(string name) =>
        name.Replace("\\", "", StringComparison.Ordinal)
            .Replace("(", "", StringComparison.Ordinal)
            .Replace(")", "", StringComparison.Ordinal);
}
