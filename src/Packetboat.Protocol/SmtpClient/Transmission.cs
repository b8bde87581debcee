using System.Globalization;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// One transaction on its way. RFC 5321 §3.3, RFC 2920.
/// <list type="number">
/// <item>Recipients that need not be asked about are decided at once.</item>
/// <item>RSET where the last transaction was left open, MAIL, RCPT and DATA: together where the peer takes them so, else one by one.
/// Replies are matched to commands strictly in order.</item>
/// <item>After a 354, the content; or, if nobody is left to receive it, a lone dot.</item>
/// <item>Where the peer takes chunks (RFC 3030), BDAT and the counted content instead of DATA: one round trip less. Small content goes along
/// with the envelope: one round trip in all. Nothing in it can be taken for the end of the message.</item>
/// <item>Whoever was not refused by name shares the fate of the message.</item>
/// </list>
/// </summary>
internal sealed class Transmission(
    SmtpClientWire wire,
    PeerExtensions peer,
    SmtpClientTimeouts timeouts,
    SmtpTransaction transaction,
    IMessageContent content,
    bool isWarm
)
{
    /// <summary>
    /// Commands sent before their replies are read. More could fill the send windows of both sides, each waiting for the other to read.
    /// RFC 2920 §3.1.
    /// </summary>
    private const int MaxUnanswered = 50;

    /// <summary>
    /// Content that is sent before the peer has said that it takes the envelope: what it costs in vain is less than the round trip. Below the
    /// send window, so that the peer's replies are read before it can be waiting for that. RFC 2920 §3.1.
    /// </summary>
    private const int MaxUnasked = 32 * 1024;

    private readonly SmtpOutcome?[] _refused = new SmtpOutcome?[transaction.Recipients.Count];
    private readonly Queue<Step> _unanswered = new();
    private SmtpOutcome? _fate; // of everyone who was not refused by name
    private int _accepted;
    private bool _isOpen; // from the reply to MAIL to the reply to the final dot
    private bool _awaitsContent; // since 354
    private bool _endSent; // of the content, perhaps

    private readonly record struct Step(SmtpStage Stage, int Recipient = -1);

    /// <summary>Whether MAIL was said: what was decided unasked does not count against a peer's MAILMAX.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the peer still holds an envelope, so that the next transaction must begin with RSET.</summary>
    public bool LeavesEnvelopeOpen => _isOpen;

    /// <summary>
    /// The peer takes chunks by its own words, and then does not know BDAT: it has read the content as commands. The message is to be sent again,
    /// by DATA, on another connection.
    /// </summary>
    public bool ChunksRefused { get; private set; }

    public async ValueTask RunAsync(bool resetFirst, CancellationToken ct)
    {
        DecideUnasked();
        if (Array.TrueForAll(_refused, outcome => outcome is not null))
            return;

        try
        {
            await SendEnvelopeAsync(resetFirst, ct);
            if (_awaitsContent && _accepted > 0 && _fate is null)
                await SendContentAsync(ct);
            else if (_awaitsContent && !wire.IsBroken)
                await SendLoneDotAsync();
        }
        catch (SmtpProtocolException fault)
        {
            _fate ??= Lost(fault);
        }
    }

    public TransactionOutcome Conclude(bool connectionSurvives)
    {
        var outcomes = new RecipientOutcome[_refused.Length];
        for (int i = 0; i < outcomes.Length; i++)
            outcomes[i] = new RecipientOutcome(transaction.Recipients[i], _refused[i] ?? _fate!);
        return new TransactionOutcome(_fate, outcomes, connectionSurvives);
    }

    private void DecideUnasked()
    {
        int asked = 0;
        for (int i = 0; i < _refused.Length; i++)
        {
            if (!peer.SmtpUtf8 && !EnvelopeCommands.HasAsciiForm(transaction.Recipients[i].Address))
                _refused[i] = Ours(SmtpVerdict.Permanent, SmtpStage.BeforeSending, LocalReplies.NeedsUtf8);
            else if (asked == peer.RecipientLimit)
                _refused[i] = Ours(SmtpVerdict.Temporary, SmtpStage.BeforeSending, LocalReplies.TooManyRecipients);
            else
                asked++;
        }
    }

    private async ValueTask SendEnvelopeAsync(bool resetFirst, CancellationToken ct)
    {
        if (resetFirst)
            await SendAsync(new Step(SmtpStage.Reset));
        await SendAsync(new Step(SmtpStage.Mail));
        for (int i = 0; i < _refused.Length && !IsDecided; i++)
            if (_refused[i] is null)
                await SendAsync(new Step(SmtpStage.Recipient, i));

        if (peer.Chunking)
        {
            await SendChunkAsync(ct);
            return;
        }

        // Whoever was accepted so far cannot be known while replies are outstanding; DATA then goes along and may be in vain.
        if (!IsDecided && (_accepted > 0 || _unanswered.Count > 0))
            await SendAsync(new Step(SmtpStage.Data));
        await ReadAnswersAsync();
    }

    private bool IsDecided => _fate is not null;

    private async ValueTask SendAsync(Step step)
    {
        if (IsDecided)
            return;
        Write(step);
        _unanswered.Enqueue(step);
        if (!peer.Pipelining || _unanswered.Count == MaxUnanswered)
            await ReadAnswersAsync();
    }

    private void Write(Step step)
    {
        switch (step.Stage)
        {
            case SmtpStage.Reset:
                wire.Append("RSET\r\n"u8);
                break;
            case SmtpStage.Mail:
                EnvelopeCommands.Mail(wire.Output, transaction, peer, content.Size);
                HasBegun = true;
                break;
            case SmtpStage.Recipient:
                EnvelopeCommands.Recipient(wire.Output, transaction.Recipients[step.Recipient], peer);
                break;
            default:
                wire.Append("DATA\r\n"u8);
                break;
        }
    }

    /// <summary>
    /// On a connection that was quiet for a while the envelope is asked about first: it may have died, and whether a message that went
    /// unasked has arrived would then stay open.
    /// </summary>
    private async ValueTask SendChunkAsync(CancellationToken ct)
    {
        bool goesUnasked =
            isWarm && peer.Pipelining && content.Size <= MaxUnasked && _unanswered.Count is > 0 and < MaxUnanswered;
        if (!goesUnasked)
        {
            await ReadAnswersAsync();
            if (_accepted == 0)
                return;
        }

        if (IsDecided)
            return;
        _unanswered.Enqueue(new Step(SmtpStage.Content));
        await WriteContentAsync(ct);
        if (!IsDecided)
            await ReadAnswersAsync();
    }

    private async ValueTask ReadAnswersAsync()
    {
        await wire.FlushAsync(timeouts.DataBlock);
        while (!wire.IsBroken && _unanswered.TryPeek(out Step step))
        {
            Record(step, await wire.ReadReplyAsync(PatienceFor(step.Stage)));
            _unanswered.Dequeue();
        }
    }

    private TimeSpan PatienceFor(SmtpStage stage) =>
        stage switch
        {
            SmtpStage.Mail => timeouts.Mail,
            SmtpStage.Recipient => timeouts.Recipient,
            SmtpStage.Data => timeouts.DataStart,
            SmtpStage.Content => timeouts.FinalDot,
            _ => timeouts.Command,
        };

    private void Record(Step step, SmtpReply reply)
    {
        if (reply.Code == 421)
            RecordClosing(step.Stage, reply);
        else if (step.Stage is SmtpStage.Data)
            RecordData(reply);
        else if (reply.IsIntermediate)
            throw Unexpected(step.Stage, reply);
        else if (step.Stage is SmtpStage.Recipient)
            RecordRecipient(step.Recipient, reply);
        else if (step.Stage is SmtpStage.Content)
            RecordChunk(reply);
        else
            RecordOpening(step.Stage, reply);
    }

    /// <summary>The peer is about to close, whatever was asked. RFC 5321 §3.8.</summary>
    private void RecordClosing(SmtpStage stage, SmtpReply reply)
    {
        _fate ??= SmtpOutcome.Of(stage, reply);
        wire.Break();
    }

    private void RecordOpening(SmtpStage stage, SmtpReply reply)
    {
        if (stage is SmtpStage.Reset)
            RecordReset(reply);
        else if (reply.IsPositive)
            _isOpen = true;
        else
            _fate ??= SmtpOutcome.Of(stage, reply);
    }

    /// <summary>A refused RSET is no judgement on this message: the connection is useless, and that is all.</summary>
    private void RecordReset(SmtpReply reply)
    {
        if (!reply.IsPositive)
            throw Unexpected(SmtpStage.Reset, reply);
    }

    private void RecordRecipient(int recipient, SmtpReply reply)
    {
        if (_fate is not null)
            return; // the reply only repeats, in other words, that MAIL was refused
        if (reply.IsPositive)
            _accepted++;
        else
            _refused[recipient] = RefusalOf(reply);
    }

    /// <summary>RFC 5321 §4.5.3.1.10: old servers say 552 for "too many recipients", which the next transaction cures.</summary>
    private SmtpOutcome RefusalOf(SmtpReply reply)
    {
        SmtpOutcome outcome = SmtpOutcome.Of(SmtpStage.Recipient, reply);
        bool tooMany = reply.Code == 552 && _accepted > 0 && reply.Enhanced is "" or "5.5.3";
        return tooMany ? outcome with { Verdict = SmtpVerdict.Temporary } : outcome;
    }

    private void RecordData(SmtpReply reply)
    {
        if (reply.Code == 354)
            _awaitsContent = true;
        else if (reply.IsPositive || reply.IsIntermediate)
            throw Unexpected(SmtpStage.Data, reply);
        else if (_accepted > 0)
            _fate ??= SmtpOutcome.Of(SmtpStage.Data, reply);
    }

    /// <summary>Nobody was accepted, or MAIL was refused: then the reply to the content only repeats that. RFC 3030 §2.</summary>
    private void RecordChunk(SmtpReply reply)
    {
        // After anything but success the peer may still hold the envelope.
        _isOpen = !reply.IsPositive;
        if (_fate is not null || _accepted == 0)
            return;
        _fate = SmtpOutcome.Of(SmtpStage.Content, reply);
        ChunksRefused = reply.Code is 500 or 502 or 503 or 504;
        if (!ChunksRefused)
            return;
        _fate = _fate with { Verdict = SmtpVerdict.Temporary };
        wire.Break();
    }

    private async ValueTask SendContentAsync(CancellationToken ct)
    {
        await WriteContentAsync(ct);
        if (!IsDecided)
            await ReadFinalReplyAsync();
    }

    private async ValueTask WriteContentAsync(CancellationToken ct)
    {
        try
        {
            if (await (peer.Chunking ? TryWriteChunkAsync(ct) : TryWriteContentAsync(ct)))
                return;
            // Without its end the peer discards what it got; the only way to say so is to hang up. RFC 5321 §4.1.1.4.
            wire.Break();
            _fate = Ours(SmtpVerdict.Permanent, SmtpStage.Content, LocalReplies.Unclean);
        }
        catch (SmtpProtocolException fault) when (fault.Fault is SmtpFault.ConnectionLost)
        {
            _fate = await LastWordsAsync() ?? Lost(fault);
        }
        catch (Exception failure) when (failure is not SmtpProtocolException)
        {
            // The store failed or the caller gave up, in the middle of a message: nothing can be said any more.
            wire.Break();
            throw;
        }
    }

    private async ValueTask<bool> TryWriteContentAsync(CancellationToken ct)
    {
        var stuffer = new DotStuffer();
        await foreach (ReadOnlyMemory<byte> chunk in content.ReadAsync(ct))
        {
            for (int at = 0; at < chunk.Length && stuffer.IsClean; )
            {
                int taken = stuffer.Take(chunk.Span[at..], out bool dotFollows);
                if (stuffer.IsClean)
                    await wire.AppendAsync(chunk.Slice(at, taken), timeouts.DataBlock);
                if (dotFollows)
                    wire.Append("."u8);
                at += taken;
            }
        }

        stuffer.Finish();
        if (!stuffer.IsClean)
            return false;
        wire.Append(stuffer.End);
        _endSent = true;
        await wire.FlushAsync(timeouts.DataBlock);
        return true;
    }

    /// <summary>The message as one chunk. Counted or not, line ends that the next host but one might see otherwise do not leave.</summary>
    private async ValueTask<bool> TryWriteChunkAsync(CancellationToken ct)
    {
        wire.Append(string.Create(CultureInfo.InvariantCulture, $"BDAT {content.Size} LAST\r\n"));
        var lines = new DotStuffer();
        long left = content.Size;
        await foreach (ReadOnlyMemory<byte> piece in content.ReadAsync(ct))
        {
            left -= piece.Length;
            lines.Pass(piece.Span);
            if (left == 0)
                lines.Finish();
            if (left < 0 || !lines.IsClean)
                break;
            _endSent = left == 0;
            await wire.AppendAsync(piece, timeouts.DataBlock);
        }

        if (left != 0 && lines.IsClean)
            throw new InvalidDataException($"The message has {content.Size - left} octets and not {content.Size}");
        if (!lines.IsClean)
            return false;
        await wire.FlushAsync(timeouts.DataBlock);
        return true;
    }

    /// <summary>A peer that refuses a message while it is being sent says why and closes; our write fails before we look.</summary>
    private async ValueTask<SmtpOutcome?> LastWordsAsync()
    {
        try
        {
            SmtpReply reply = await wire.ReadReplyAsync(timeouts.Goodbye);
            return reply.IsTransient || reply.IsPermanent ? SmtpOutcome.Of(SmtpStage.Content, reply) : null;
        }
        catch (SmtpProtocolException)
        {
            return null;
        }
    }

    private async ValueTask ReadFinalReplyAsync()
    {
        SmtpReply reply = await wire.ReadReplyAsync(timeouts.FinalDot);
        if (reply.IsIntermediate)
            throw Unexpected(SmtpStage.Content, reply);
        if (reply.Code == 421)
            wire.Break();
        _fate = SmtpOutcome.Of(SmtpStage.Content, reply);
        _isOpen = false; // RFC 5321 §4.1.1.4: cleared whatever the reply
    }

    /// <summary>
    /// DATA was pipelined, every recipient was refused, and the peer said 354 nevertheless: it now waits for a message. RFC 2920 §3.1.
    /// Its reply decides about nobody.
    /// </summary>
    private async ValueTask SendLoneDotAsync()
    {
        wire.Append(".\r\n"u8);
        await wire.FlushAsync(timeouts.DataBlock);
        SmtpReply reply = await wire.ReadReplyAsync(timeouts.FinalDot);
        if (reply.Code == 421)
            wire.Break();
        _isOpen = false;
    }

    private SmtpOutcome Lost(SmtpProtocolException fault) =>
        _endSent
            ? Ours(SmtpVerdict.Unknown, SmtpStage.Content, LocalReplies.NoFinalReply(fault.Message))
            : Ours(SmtpVerdict.Temporary, StageReached, LocalReplies.ConnectionLost(fault.Message));

    private SmtpStage StageReached =>
        _awaitsContent ? SmtpStage.Content
        : _unanswered.TryPeek(out Step next) ? next.Stage
        : SmtpStage.Data;

    private SmtpProtocolException Unexpected(SmtpStage stage, SmtpReply reply)
    {
        wire.Break();
        return new SmtpProtocolException(SmtpFault.NotSmtp, $"the server answered {stage} with {reply}");
    }

    private static SmtpOutcome Ours(SmtpVerdict verdict, SmtpStage stage, SmtpReply reply) =>
        SmtpOutcome.Ours(verdict, stage, reply);
}
