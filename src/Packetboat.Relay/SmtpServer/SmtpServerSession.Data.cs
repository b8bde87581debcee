using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.SmtpServer;

/// <summary>A message's content, by DATA or BDAT, and its acceptance.</summary>
public sealed partial class SmtpServerSession
{
    /// <summary>
    /// Passes through this host after which a message is taken to go round. One is normal: a list that a member's mail reaches through us
    /// sends it back through us.
    /// </summary>
    internal const int MaxOwnHops = 3;

    /// <summary>Octets; half of what is read in vain where <c>MaxMsgSize</c> sets no limit.</summary>
    private const long SkippedWithoutLimit = 32 * 1024 * 1024;

    private async ValueTask<SmtpReply> DataAsync()
    {
        await using IncomingMessage message = Begin(MessageFraming.Dot);
        await wire.WriteAsync(Replies.SendData);
        ReadEnd end = await wire.ReadDataAsync(message);
        SmtpReply reply = await ConcludeAsync(end, message);
        await ForgetEnvelopeAsync(); // RFC 5321 §4.1.1.4: cleared whatever the outcome
        return reply;
    }

    private async ValueTask<SmtpReply> BdatAsync(SmtpCommand.Bdat bdat)
    {
        _chunks ??= Begin(MessageFraming.Counted);
        long total = _chunks.Received + bdat.Size;
        if (total < 0 || (MaxMessageSize > 0 && total > MaxMessageSize))
            return await SkipChunkAsync(bdat, Replies.TooLarge(total < 0 ? long.MaxValue : MaxMessageSize));

        ReadEnd end = await wire.ReadChunkAsync(bdat.Size, _chunks);
        if (end == ReadEnd.Complete && !bdat.Last && Problem(end, _chunks) is null)
            return Replies.ChunkTaken(bdat.Size);

        if (bdat.Last)
            _chunks.EndOfCount();
        SmtpReply reply = await ConcludeAsync(end, _chunks);
        await ForgetEnvelopeAsync();
        return reply;
    }

    private IncomingMessage Begin(MessageFraming framing) =>
        new(spool.Begin(), settings.HostName, MaxMessageSize, framing)
        {
            Copy = _envelope!.IsForAbuse ? new ContentCopy(FeedbackReport.MaxOctets) : null,
            Checked =
                _envelope.IsForAbuse ? new DkimMessage()
                : _account is null ? null
                : arrival?.Begin(),
        };

    /// <summary>Reads a chunk that is not wanted, unless it is so long that closing is the kinder way.</summary>
    private async ValueTask<SmtpReply> SkipChunkAsync(SmtpCommand.Bdat bdat, SmtpReply reply)
    {
        await ForgetEnvelopeAsync();
        long bearable = settings.MaxMessageSize > 0 ? settings.MaxMessageSize : SkippedWithoutLimit;
        if ((bdat.Size - 1) / 2 >= bearable)
            return SmtpReply.Closing(reply);
        return await wire.ReadChunkAsync(bdat.Size, null) == ReadEnd.Complete ? reply : Replies.TimedOut;
    }

    /// <summary>
    /// Not for the program's end to break off: a message that has arrived whole is decided upon and answered. Unanswered it would come again, and
    /// may have been taken. RFC 5321 §6.1.
    /// </summary>
    private async ValueTask<SmtpReply> ConcludeAsync(ReadEnd end, IncomingMessage message)
    {
        if (Problem(end, message) is { } refused)
        {
            log.Refused(peer, _envelope!.Sender, _account?.Id.Text, refused);
            if (message.StoreFailure is { } unwritten)
                log.StoreFailed(unwritten);
            return refused;
        }

        try
        {
            return await StoppedSinceAsync(CancellationToken.None) ?? await AcceptAsync(message, CancellationToken.None);
        }
        catch (CredentialsUnavailableException unavailable)
        {
            return Replies.StoreFailure(unavailable.Message);
        }
        catch (StoreUnavailableException failure)
        {
            log.StoreFailed(failure);
            return Replies.StoreFailure(failure.Message);
        }
    }

    /// <summary>The content took its time, and the operator may have used it.</summary>
    private async ValueTask<SmtpReply?> StoppedSinceAsync(CancellationToken stopping)
    {
        if (_account is { } signedIn && (_account = await accounts.FindAgainAsync(signedIn, stopping)) is null)
            return Replies.CredentialGone(signedIn.By);
        return await StoppedAsync(stopping) is { } stopped ? await RefuseAtPaceAsync(_account, _envelope!.Sender, stopped) : null;
    }

    private SmtpReply? Problem(ReadEnd end, IncomingMessage message)
    {
        HeaderScanner header = message.Header;
        if (end != ReadEnd.Complete)
            return end switch
            {
                ReadEnd.Endless => Replies.Endless,
                ReadEnd.Evicted => Replies.MakeRoom,
                ReadEnd.Stopping => Replies.Stopping(settings.HostName),
                _ => Replies.TimedOut,
            };
        if (message.Fault != DataFault.None)
            return Replies.BadLines(message.Fault, message.FaultLine);
        if (message.IsTooLarge)
            return Replies.TooLarge(MaxMessageSize);
        if (message.StoreFailure is { } failure)
            return Replies.StoreFailure(failure.Message);
        if (message.Ended && message.Size == 0)
            return Replies.NoMessage;
        if (header.ReceivedFields > settings.MaxHops)
            return Replies.TooManyHops(header.ReceivedFields);
        if (header.OwnReceivedFields >= MaxOwnHops)
            return Replies.Loop(settings.HostName, header.OwnReceivedFields);
        return _account is null ? null
            : _envelope!.Sender is null && !header.IsAutomatic ? Replies.NullSenderIsForReports
            : RefusedAuthor(_account, header);
    }

    private async ValueTask<SmtpReply> AcceptAsync(IncomingMessage message, CancellationToken stopping)
    {
        Envelope envelope = _envelope!;
        ArrivalVerdict? verdict = await JudgeAsync(envelope, message, stopping);
        if (verdict is { Refusal.Count: > 0 })
            return WillNotArrive(envelope, verdict);
        var accepted = new SpoolEnvelope(
            verdict is null ? envelope.Sender : verdict.Sender,
            envelope.Recipients,
            _account?.Id.Text,
            Origin(envelope),
            TraceFields(message, envelope),
            // What is found counts, not what was said: old programs send 8-bit text without a word, and it arrives everywhere.
            message.Header.HasEightBit
                ? BodyType.EightBitMime
                : envelope.Parameters.Body,
            envelope.Parameters.SmtpUtf8,
            envelope.Parameters.Dsn,
            IsOurs: _account is not null || (_isTrusted ??= policy.Trusts(peer.Address)),
            Warning: verdict?.Warning ?? "",
            // The parameter counts before the field. RFC 8689 §4.1.
            Tls: envelope.Parameters.RequireTls ? TlsWish.Required
                : message.Header.HasTlsRequiredNo ? TlsWish.Optional
                : TlsWish.Usual
        );

        LimitReached? reached = Reserve(envelope, message.Size, out UsageReservation? counted);
        if (reached is not null && counted is null)
            return await OverLimitAsync(_account!, envelope.Sender, reached);

        try
        {
            // The 250 hands responsibility to us (RFC 5321 §6.1): it must follow the fsync, never precede it.
            await message.CommitAsync(accepted with { Usage = counted }, stopping);
        }
        catch
        {
            counted?.Cancel();
            throw;
        }

        counted?.Complete();
        log.Accepted(message.Id, accepted, message.Size);
        if (verdict is not null)
            arrival!.Accepted(_account!.Id, envelope.Sender, message.Id, verdict.Finding);
        if (message.Copy is { } copy)
            await ReportAsync(message, copy, envelope, stopping);
        return Replies.Queued(message.Id, counted);
    }

    private async ValueTask<ArrivalVerdict?> JudgeAsync(Envelope envelope, IncomingMessage message, CancellationToken stopping)
    {
        if (_account is not { } account || arrival is null || message.Checked is not { } read)
            return null;
        read.Complete();
        // No signature counts that does not sign From, RFC 6376 §5.4: nothing is lost for the check.
        read.PutInFront(System.Text.Encoding.UTF8.GetBytes(MissingFrom(envelope, message)));
        return await arrival.JudgeAsync(account.Id, envelope.Sender, read, stopping);
    }

    private async ValueTask ReportAsync(IncomingMessage message, ContentCopy copy, Envelope envelope, CancellationToken stopping)
    {
        message.Checked!.Complete();
        await complaints!.TakeAsync(
            new ReceivedReport(copy.Octets, message.Checked, peer.Address, envelope.Sender, _hello!.Client),
            stopping
        );
    }

    private SmtpReply WillNotArrive(Envelope envelope, ArrivalVerdict verdict)
    {
        SmtpReply reply = Replies.WillNotArrive(verdict.Refusal);
        log.Refused(peer, envelope.Sender, _account!.Id.Text, reply);
        return reply;
    }

    /// <summary>The account has named it at MAIL, where it was asked whether it may.</summary>
    private static string MissingFrom(Envelope envelope, IncomingMessage message) =>
        message.Header.HasFrom || envelope.Sender is null ? "" : $"From: <{envelope.Sender}>\r\n";

    private byte[] TraceFields(IncomingMessage message, Envelope envelope)
    {
        DateTimeOffset now = time.GetLocalNow();
        byte[] received = Received(message.Id, envelope, now).ToBytes();
        // A submission server may complete a message; a relay may not. RFC 6409 §8.
        bool mayComplete = _account is not null;
        string from = mayComplete ? MissingFrom(envelope, message) : "";
        string date = mayComplete && !message.Header.HasDate ? $"Date: {ReceivedField.Date(now)}\r\n" : "";
        string id = mayComplete && !message.Header.HasMessageId ? $"Message-ID: <{message.Id}@{settings.HostName}>\r\n" : "";
        return [.. received, .. System.Text.Encoding.UTF8.GetBytes(from + date + id)];
    }

    private ReceivedField Received(string id, Envelope envelope, DateTimeOffset now) =>
        new(
            _hello!.Client,
            peer.Address,
            settings.HostName,
            _hello.IsExtended,
            wire.Tls,
            _account is not null,
            envelope.Parameters.SmtpUtf8,
            id,
            envelope.Recipients is [var only] ? only.Address : null,
            now
        );

    private string Origin(Envelope envelope)
    {
        string protocol = Received("", envelope, default).Protocol;
        return $"{protocol} from {ReceivedField.Literal(peer.Address)} ({_hello!.Client})";
    }
}
