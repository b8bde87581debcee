using System.Net.Security;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// One conversation with a mail server, from its greeting to our goodbye. RFC 5321 §3. The caller connects the stream, decides about TLS
/// and login, and calls one method at a time.
/// <para>
/// What the peer refuses comes back as a value. <see cref="SmtpProtocolException"/> means that the connection is dead; once
/// <see cref="IsUsable"/> is false the session is good for <see cref="DisposeAsync"/> only.
/// </para>
/// </summary>
public sealed partial class SmtpClientSession : IAsyncDisposable
{
    private readonly SmtpClientWire _wire;

    /// <summary>Whoever spoke to us this recently is still there.</summary>
    private static readonly TimeSpan Warmth = TimeSpan.FromSeconds(1);

    private readonly SmtpClientTimeouts _timeouts;
    private readonly TimeProvider _time;
    private long _heard;
    private string _hello = "";
    private bool _envelopeOpen; // the peer remembers a transaction that came to nothing

    public SmtpClientSession(Stream stream, SmtpClientTimeouts timeouts, TimeProvider time)
    {
        _wire = new SmtpClientWire(stream, time);
        _timeouts = timeouts;
        _time = time;
    }

    /// <summary>What the peer offered last; forgotten when TLS begins. RFC 3207 §4.2.</summary>
    public PeerExtensions Extensions { get; private set; } = PeerExtensions.None;

    /// <summary>Whether a peer that offers it gets its content by BDAT. RFC 3030.</summary>
    public bool MayChunk { get; set; } = true;

    /// <summary>The peer offered BDAT and does not know it: what it did not take is to be sent without, on another connection.</summary>
    public bool ChunksRefused { get; private set; }

    /// <summary>Transactions begun on this connection.</summary>
    public int Transactions { get; private set; }

    /// <summary>Whether another transaction may be sent, by the state of the connection and the peer's MAILMAX. RFC 9422 §4.1.</summary>
    public bool IsUsable => !_wire.IsBroken && (Extensions.MailLimit is not { } limit || Transactions < limit);

    /// <summary>The TLS layer, for whoever wants to note protocol and certificate; null in the clear.</summary>
    public SslStream? Tls => _wire.Tls;

    /// <summary>Waits for the 220. A 554 here is about us or the host as a whole, not about a message. RFC 5321 §3.1.</summary>
    public async ValueTask<SmtpOutcome> GreetAsync(CancellationToken ct)
    {
        using SmtpClientWire.Use use = _wire.Begin(ct);
        return Judge(SmtpStage.Greeting, await _wire.ReadReplyAsync(_timeouts.Greeting));
    }

    /// <param name="name">Our host name or address literal. RFC 5321 §4.1.4.</param>
    /// <param name="extensionsNeeded">A login is to follow, which HELO would make impossible: a refused EHLO is then final.</param>
    /// <param name="ct">Ends the conversation.</param>
    public async ValueTask<SmtpOutcome> HelloAsync(string name, bool extensionsNeeded, CancellationToken ct)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("Not a host name", nameof(name));

        using SmtpClientWire.Use use = _wire.Begin(ct);
        _hello = name;
        return await HelloAsync(extensionsNeeded);
    }

    /// <summary>One message, to the recipients that the peer takes.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the connection is dead.</exception>
    public async ValueTask<TransactionOutcome> SendAsync(
        SmtpTransaction transaction,
        IMessageContent content,
        CancellationToken ct
    )
    {
        if (!IsUsable)
            throw new InvalidOperationException("The session takes no more transactions");
        if (Unsendable(transaction, content) is { } refusal)
            return ForAll(transaction, refusal);

        using SmtpClientWire.Use use = _wire.Begin(ct);
        bool isWarm = _time.GetElapsedTime(_heard) < Warmth;
        var transmission = new Transmission(_wire, Offered, _timeouts, transaction, content, isWarm);
        await transmission.RunAsync(_envelopeOpen, ct);
        if (transmission.HasBegun)
            (Transactions, _envelopeOpen) = (Transactions + 1, transmission.LeavesEnvelopeOpen);
        ChunksRefused = transmission.ChunksRefused;
        _heard = _time.GetTimestamp();
        return transmission.Conclude(IsUsable);
    }

    /// <summary>RSET: forgets an envelope, and tells whether a kept connection is still alive. RFC 5321 §4.1.1.5.</summary>
    public async ValueTask<SmtpOutcome> ResetAsync(CancellationToken ct)
    {
        using SmtpClientWire.Use use = _wire.Begin(ct);
        SmtpOutcome outcome = await AskAsync(SmtpStage.Reset, "RSET\r\n");
        _envelopeOpen &= !outcome.IsAccepted;
        return outcome;
    }

    /// <summary>Says goodbye. What the peer makes of it does not matter any more. RFC 5321 §4.1.1.10.</summary>
    public async ValueTask QuitAsync(CancellationToken ct)
    {
        if (_wire.IsBroken)
            return;

        using SmtpClientWire.Use use = _wire.Begin(ct);
        try
        {
            _wire.Append("QUIT\r\n"u8);
            await _wire.FlushAsync(_timeouts.Goodbye);
            await _wire.ReadReplyAsync(_timeouts.Goodbye);
        }
        catch (SmtpProtocolException)
        {
            // Many servers close without a word, and we are leaving anyway.
        }

        _wire.Break();
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    private PeerExtensions Offered => MayChunk ? Extensions : Extensions with { Chunking = false };

    private async ValueTask<SmtpOutcome> HelloAsync(bool extensionsNeeded)
    {
        Extensions = PeerExtensions.None;
        SmtpOutcome ehlo = await AskAsync(SmtpStage.Hello, $"EHLO {_hello}\r\n");
        if (ehlo.IsAccepted)
            Extensions = PeerExtensions.Parse(ehlo.Reply.Lines);

        // RFC 5321 §3.2: a server that does not know EHLO may know HELO.
        return ehlo.Verdict is SmtpVerdict.Permanent && !extensionsNeeded && !_wire.IsBroken
            ? await AskAsync(SmtpStage.Hello, $"HELO {_hello}\r\n")
            : ehlo;
    }

    private async ValueTask<SmtpOutcome> AskAsync(SmtpStage stage, string command)
    {
        _wire.Append(command);
        await _wire.FlushAsync(_timeouts.DataBlock);
        SmtpReply reply = await _wire.ReadReplyAsync(_timeouts.Command);
        _heard = _time.GetTimestamp();
        return Judge(stage, reply);
    }

    private SmtpOutcome Judge(SmtpStage stage, SmtpReply reply)
    {
        // RFC 5321 §3.8: the peer closes after a 421, whatever it answers.
        if (reply.Code == 421)
            _wire.Break();
        if (!reply.IsIntermediate)
            return SmtpOutcome.Of(stage, reply);

        _wire.Break();
        throw new SmtpProtocolException(SmtpFault.NotSmtp, $"the server answered {stage} with {reply}");
    }

    /// <summary>What no recipient can change, and so need not be asked.</summary>
    private SmtpReply? Unsendable(SmtpTransaction transaction, IMessageContent content)
    {
        if (content.Size > Extensions.SizeLimit)
            return LocalReplies.TooLarge;
        bool utf8 = transaction.SmtpUtf8 || (transaction.Sender is { } sender && !EnvelopeCommands.HasAsciiForm(sender));
        return utf8 && !Extensions.SmtpUtf8 ? LocalReplies.NeedsUtf8 : null;
    }

    private TransactionOutcome ForAll(SmtpTransaction transaction, SmtpReply refusal)
    {
        var outcome = SmtpOutcome.Ours(SmtpVerdict.Permanent, SmtpStage.BeforeSending, refusal);
        return new TransactionOutcome(
            outcome,
            [.. transaction.Recipients.Select(r => new RecipientOutcome(r, outcome))],
            IsUsable
        );
    }
}
