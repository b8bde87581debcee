using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Packetboat.Protocol.IO;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Listening;

namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// Bytes to lines, over Kestrel's pipes. One timer a session is wound up for each wait: on a read it ends the reading, on a write it ends
/// the connection.
/// </summary>
internal sealed class SmtpWire : ISmtpWire, IAsyncDisposable
{
    /// <summary>Replies to a pipelining client are sent at the latest when this many octets wait.</summary>
    private const int MaxUnsent = 8 * 1024;

    /// <summary>A message may arrive as slowly as this, octets a second on average, beyond the patience for silence.</summary>
    private const int SlowestData = 1024;

    /// <summary>
    /// So many times the patience for silence a client may talk without getting anything done: a sign-in, or a message. Each command by
    /// itself is in time for whoever only wants to keep a place.
    /// </summary>
    private const int Dawdling = 10;

    /// <summary>
    /// What a message that is arriving when the server stops has left. Then there is time to say that it was not taken, before the connection is cut.
    /// </summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(25);

    private readonly ConnectionContext _connection;
    private readonly ICertificateSource _certificates;
    private readonly Func<ValueTask<bool>> _asksForKey;
    private readonly TimeProvider _time;
    private readonly TimeSpan _inactivity;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _stoppingRegistration;
    private readonly ITimer _timer;

    private PipeReader _input;
    private PipeWriter _output;
    private SslStream? _tls;
    private bool _expired;
    private volatile WireEnd _sentAway; // Evicted or SignedOut, once another thread has said so
    private bool _writing;
    private bool _receiving;
    private bool _speechless; // in a pause or a handshake, where no reply can be said
    private long _progressed;
    private long _heard; // octets of a message
    private bool _isTaking; // them
    private bool _discarding;
    private int _unsent;
    private long? _stopped; // a timestamp

    /// <param name="connection">The connection, in clear.</param>
    /// <param name="certificates">For TLS.</param>
    /// <param name="asksForKey">Whether the client is asked for a certificate in the handshake.</param>
    /// <param name="time">The clock.</param>
    /// <param name="inactivity">Patience with a client that says nothing, or takes nothing. <c>MaxInactivity</c>.</param>
    /// <param name="stopping">The server stops: no command is read any more; a message that is arriving still is.</param>
    public SmtpWire(
        ConnectionContext connection,
        ICertificateSource certificates,
        Func<ValueTask<bool>> asksForKey,
        TimeProvider time,
        TimeSpan inactivity,
        CancellationToken stopping
    )
    {
        _connection = connection;
        _certificates = certificates;
        _asksForKey = asksForKey;
        _time = time;
        _inactivity = inactivity;
        _stopping = stopping;
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        _progressed = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stoppingRegistration = stopping.Register(() => _input.CancelPendingRead());
    }

    public string? Tls { get; private set; }

    public IReadOnlyList<ChannelBinding> ChannelBindings { get; private set; } = [];

    public byte[]? ClientKey { get; private set; }

    /// <summary>A timestamp: when the client got something done last. Read by other threads.</summary>
    public long IdleSince => Volatile.Read(ref _progressed);

    /// <summary>A message is arriving, as fast as it must. Read by other threads.</summary>
    public bool IsReceiving => Volatile.Read(ref _receiving);

    /// <summary>
    /// A timestamp: until when the octets of the message would have lasted at the slowest pace, at most now. While our disk takes its time nobody can
    /// be heard: then it is now. Read by other threads.
    /// </summary>
    public long HeardAt => Volatile.Read(ref _isTaking) ? _time.GetTimestamp() : Volatile.Read(ref _heard);

    private bool IsSentAway => _sentAway != default;

    public void Progress() => Volatile.Write(ref _progressed, _time.GetTimestamp());

    /// <summary>The client has to go. Called by other threads.</summary>
    /// <param name="why">Others need its place, or it is signed out.</param>
    public void SendAway(WireEnd why)
    {
        _sentAway = why;
        if (Volatile.Read(ref _speechless))
            _connection.Abort(new ConnectionAbortedException("the client was sent away"));
        else
            _input.CancelPendingRead();
    }

    public async ValueTask<SmtpCommand> ReadCommandAsync()
    {
        long deadline = CommandDeadline();
        while (true)
        {
            // Asked before the wait too: who was stopped in the middle of a message has had his wake-up call there.
            if (WhyEnded() is { } ended)
                return new SmtpCommand.Ended(ended);
            ReadResult result = await ReadAsync(deadline);
            if (WhyEnded() is { } end)
                return new SmtpCommand.Ended(end);
            if (TakeCommand(result.Buffer) is { } command)
                return command;
            if (result.IsCompleted)
                return new SmtpCommand.Ended(WireEnd.Disconnected);
        }
    }

    public async ValueTask<AuthLine?> ReadAuthLineAsync()
    {
        long deadline = CommandDeadline();
        while (true)
        {
            ReadResult result = await ReadAsync(deadline);
            if (IsSentAway)
                return new AuthLine("", Replies.MakeRoom);
            if (WhyEnded() is not null)
                return null;
            if (TakeAuthLine(result.Buffer) is { } line)
                return line;
            if (result.IsCompleted)
                return null;
        }
    }

    public async ValueTask<ReadEnd> ReadDataAsync(IncomingMessage message)
    {
        long begun = _time.GetTimestamp();
        Volatile.Write(ref _heard, begun);
        Volatile.Write(ref _receiving, true);
        try
        {
            while (!message.Ended)
            {
                ReadResult result = await ReadAsync(DataDeadline(begun, message.Received));
                if (_expired)
                    return WhyExpired();
                if (_sentAway == WireEnd.Evicted)
                    return ReadEnd.Evicted;
                Volatile.Write(ref _isTaking, true);
                long before = message.Received;
                await TakeDataAsync(result.Buffer, message);
                Heard(message.Received - before);
                if (message.IsEndless)
                    return ReadEnd.Endless;
                if (result.IsCompleted && !message.Ended)
                    return ReadEnd.Disconnected;
            }

            Progress();
            return ReadEnd.Complete;
        }
        finally
        {
            Volatile.Write(ref _receiving, false);
        }
    }

    public async ValueTask<ReadEnd> ReadChunkAsync(long octets, IncomingMessage? message)
    {
        long left = octets;
        long begun = _time.GetTimestamp();
        Volatile.Write(ref _heard, begun);
        Volatile.Write(ref _receiving, message is not null);
        try
        {
            while (left > 0)
            {
                long deadline = DataDeadline(begun, octets - left);
                ReadResult result = await ReadAsync(message is null ? Math.Min(deadline, CommandDeadline()) : deadline);
                if (_expired || IsSentAway)
                    return _sentAway == WireEnd.Evicted ? ReadEnd.Evicted : WhyExpired();
                Volatile.Write(ref _isTaking, true);
                long taken = await TakeChunkAsync(result.Buffer, left, message);
                left -= taken;
                Heard(taken);
                if (result.IsCompleted && left > 0)
                    return ReadEnd.Disconnected;
            }

            // A chunk is as much progress as it has octets: one of nothing is none.
            if (message is not null)
                Volatile.Write(ref _progressed, Math.Min(_time.GetTimestamp(), _progressed + Allowance(octets)));
            return ReadEnd.Complete;
        }
        finally
        {
            Volatile.Write(ref _receiving, false);
        }
    }

    private void Heard(long octets)
    {
        Volatile.Write(ref _heard, Math.Min(_time.GetTimestamp(), _heard + Allowance(octets)));
        Volatile.Write(ref _isTaking, false);
    }

    public async ValueTask WriteAsync(SmtpReply reply)
    {
        string wire = reply.ToWire();
        _unsent += (int)Encoding.UTF8.GetBytes(wire, _output);
        if (reply.After == AfterReply.UpgradeToTls)
            DropInput();
        if (_unsent > MaxUnsent || reply.After != AfterReply.Continue)
            await SendAsync();
    }

    public async ValueTask<bool> UpgradeToTlsAsync()
    {
        await SendAsync();
        Volatile.Write(ref _speechless, true);
        if (IsSentAway)
            return false;
        var tls = new SslStream(new DuplexPipeStream(_connection.Transport), leaveInnerStreamOpen: true);
        using var patience = new CancellationTokenSource(_inactivity, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            patience.Token,
            _stopping,
            _connection.ConnectionClosed
        );
        try
        {
            SslServerAuthenticationOptions options = _certificates.ServerOptions();
            await tls.AuthenticateAsServerAsync(await _asksForKey() ? ClientCertificates.Wanted(options) : options, either.Token);
        }
        catch (Exception failure)
            when (failure is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            await tls.DisposeAsync();
            return false;
        }

        _tls = tls;
        _input = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        _output = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
        Volatile.Write(ref _speechless, false);
        Tls = Describe(tls);
        ChannelBindings = TlsBinding.Of(tls);
        ClientKey = TlsClientKey.Of(tls);
        return true;
    }

    public async ValueTask<bool> PauseAsync(TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
            return true;
        await SendAsync();
        Volatile.Write(ref _speechless, true);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping, _connection.ConnectionClosed);
            if (!IsSentAway)
                await Task.Delay(pause, _time, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The next read tells the session why.
        }
        finally
        {
            Volatile.Write(ref _speechless, false);
        }

        return !_connection.ConnectionClosed.IsCancellationRequested;
    }

    public async ValueTask DisposeAsync()
    {
        await _stoppingRegistration.DisposeAsync();
        await _timer.DisposeAsync();
        if (_tls is null)
            return;
        await _input.CompleteAsync();
        await _output.CompleteAsync();
        await _tls.DisposeAsync();
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask SendAsync()
    {
        if (_unsent == 0)
            return;
        _unsent = 0;
        ValueTask<FlushResult> sending = _output.FlushAsync(_connection.ConnectionClosed);
        // Nearly always the pipe has room: there is nothing to wait for, and no clock to be wound up for it.
        if (sending.IsCompleted)
        {
            await sending;
            return;
        }

        Wind(_inactivity, writing: true);
        try
        {
            await sending;
        }
        finally
        {
            Unwind();
        }
    }

    private async ValueTask<ReadResult> ReadAsync(long deadline)
    {
        // What has arrived is taken before anything is waited for; only then are the replies sent that it was kept waiting for.
        if (_input.TryRead(out ReadResult ready))
            return ready;

        await SendAsync();
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
        if (left > TimeSpan.Zero)
            Wind(left, writing: false);
        else
            Expire();
        try
        {
            return await _input.ReadAsync();
        }
        finally
        {
            Unwind();
        }
    }

    private WireEnd? WhyEnded() =>
        _expired ? WireEnd.TimedOut
        : IsSentAway ? _sentAway
        : _stopping.IsCancellationRequested ? WireEnd.Stopping
        : null;

    private SmtpCommand? TakeCommand(ReadOnlySequence<byte> buffer)
    {
        if (TakeLine(buffer, SmtpCommandParser.MaxAuthLine, out ReadOnlySequence<byte> line, out LineFault fault) is not { } rest)
            return null;

        SmtpCommand command = fault switch
        {
            LineFault.TooLong => new SmtpCommand.Refused(Replies.LineTooLong),
            LineFault.BareLineFeed => new SmtpCommand.Refused(Replies.BareLineFeed),
            _ => Parse(line),
        };
        _input.AdvanceTo(rest);
        return command;
    }

    private static SmtpCommand Parse(ReadOnlySequence<byte> line)
    {
        SmtpCommand command = line.IsSingleSegment
            ? SmtpCommandParser.Parse(line.FirstSpan)
            : SmtpCommandParser.Parse(line.ToArray());
        bool isTooLong = line.Length + 2 > SmtpCommandParser.MaxLine && command is not SmtpCommand.Auth;
        return isTooLong ? new SmtpCommand.Refused(Replies.LineTooLong) : command;
    }

    private AuthLine? TakeAuthLine(ReadOnlySequence<byte> buffer)
    {
        if (TakeLine(buffer, SmtpCommandParser.MaxAuthLine, out ReadOnlySequence<byte> line, out LineFault fault) is not { } rest)
            return null;
        AuthLine taken = fault switch
        {
            LineFault.TooLong => new AuthLine("", Replies.AuthLineTooLong),
            LineFault.BareLineFeed => new AuthLine("", Replies.BareLineFeed),
            _ => new AuthLine(Encoding.ASCII.GetString(line), Refused: null),
        };
        _input.AdvanceTo(rest);
        return taken;
    }

    /// <summary>
    /// Finds a line. An overlong one is thrown away as it arrives, so that it takes no memory, and reported when its end has come.
    /// </summary>
    /// <returns>Where the rest begins, or null when the line is not complete; the input has been advanced then.</returns>
    private SequencePosition? TakeLine(
        ReadOnlySequence<byte> buffer,
        int max,
        out ReadOnlySequence<byte> line,
        out LineFault fault
    )
    {
        line = default;
        fault = LineFault.None;
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            _discarding |= buffer.Length >= max;
            _input.AdvanceTo(_discarding ? buffer.End : buffer.Start, buffer.End);
            return null;
        }

        line = buffer.Slice(0, end);
        SequencePosition rest = buffer.GetPosition(1, end);
        if (_discarding || line.Length >= max) // the LF is not in it
        {
            _discarding = false;
            fault = LineFault.TooLong;
        }
        else if (line.IsEmpty || line.Slice(line.Length - 1).FirstSpan[0] != '\r')
        {
            fault = LineFault.BareLineFeed;
        }
        else
        {
            line = line.Slice(0, line.Length - 1);
        }

        return rest;
    }

    private async ValueTask TakeDataAsync(ReadOnlySequence<byte> buffer, IncomingMessage message)
    {
        long consumed = 0;
        foreach (ReadOnlyMemory<byte> segment in buffer)
        {
            consumed += message.Read(segment.Span);
            await message.FlushAsync(CancellationToken.None);
            if (message.Ended)
                break;
        }

        _input.AdvanceTo(buffer.GetPosition(consumed));
    }

    private async ValueTask<long> TakeChunkAsync(ReadOnlySequence<byte> buffer, long left, IncomingMessage? message)
    {
        ReadOnlySequence<byte> mine = buffer.Slice(0, Math.Min(left, buffer.Length));
        if (message is not null)
        {
            foreach (ReadOnlyMemory<byte> segment in mine)
            {
                message.Read(segment.Span);
                await message.FlushAsync(CancellationToken.None);
            }
        }

        long taken = mine.Length;
        _input.AdvanceTo(mine.End);
        return taken;
    }

    /// <summary>
    /// Before the 220 is sent, not after: what the client sends upon it, and on a port with TLS from the first octet all that it sends, is
    /// the handshake.
    /// </summary>
    private void DropInput()
    {
        while (_input.TryRead(out ReadResult result))
        {
            bool nothing = result.Buffer.IsEmpty;
            _input.AdvanceTo(result.Buffer.End);
            if (nothing)
                return;
        }
    }

    private long Deadline(TimeSpan patience) => _time.GetTimestamp() + Ticks(patience);

    /// <summary>The end of the patience with silence, or with slowness since <paramref name="begun"/>, whichever comes first.</summary>
    private long DataDeadline(long begun, long octets)
    {
        long usual = Math.Min(Deadline(_inactivity), begun + Ticks(_inactivity) + Allowance(octets));
        if (!_stopping.IsCancellationRequested)
            return usual;
        _stopped ??= _time.GetTimestamp();
        return Math.Min(usual, _stopped.Value + Ticks(LastPatience));
    }

    private ReadEnd WhyExpired() => _stopped is null ? ReadEnd.TimedOut : ReadEnd.Stopping;

    /// <summary>The end of the patience with silence, or with somebody who only keeps his place.</summary>
    private long CommandDeadline() => Math.Min(Deadline(_inactivity), _progressed + (Dawdling * Ticks(_inactivity)));

    /// <summary>How long so many octets may take.</summary>
    private long Allowance(long octets) => (long)(octets / (double)SlowestData * _time.TimestampFrequency);

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private void Wind(TimeSpan patience, bool writing)
    {
        _writing = writing;
        _timer.Change(patience, Timeout.InfiniteTimeSpan);
    }

    private void Unwind()
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writing = false;
    }

    private void Expire()
    {
        _expired = true;
        if (_writing)
            _connection.Abort(new ConnectionAbortedException("the client does not take our replies"));
        else
            _input.CancelPendingRead();
    }

    private static string Describe(SslStream tls) =>
        $"TLS {(tls.SslProtocol == SslProtocols.Tls13 ? "1.3" : "1.2")} {tls.NegotiatedCipherSuite}";

    private enum LineFault
    {
        None,
        TooLong,
        BareLineFeed,
    }
}
