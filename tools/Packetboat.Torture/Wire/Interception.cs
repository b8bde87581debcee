using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Wire;

/// <summary>
/// One conversation between a client and a server, passed on line by line. Replies are matched with the commands that they answer, so that
/// it is known where the conversation stands when the strike falls.
/// </summary>
internal sealed class Interception : IDisposable
{
    /// <summary>In front of a message: the fields of two hops and the mark.</summary>
    private const int KeptOfContent = 4096;

    /// <summary>Of a record that holds a ServerHello; RFC 8446 §5.1.</summary>
    private static readonly byte[] TlsBeginning = [0x16, 3, 3, 0, 0x7A, 2, 0, 0, 0x76, 3, 3, 1, 2, 3, 4, 5];

    /// <summary>A process that was killed is known to have been so long after its connections ended.</summary>
    private static readonly TimeSpan KillIsKnown = TimeSpan.FromMilliseconds(300);

    private readonly LineStream _client;
    private readonly LineStream _server;
    private readonly Strike? _strike;
    private readonly InterceptorSettings _settings;
    private readonly Interceptor _owner;
    private readonly ConcurrentQueue<Expected> _expected = new();
    private readonly List<string> _recipients = [];
    private readonly TaskCompletionSource _inTls = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _messages;
    private int _hasStruck;
    private long _silentSince; // 0: it is not

    public Interception(Socket client, Socket server, Strike? strike, InterceptorSettings settings, Interceptor owner)
    {
        (_client, _server) = (new LineStream(client), new LineStream(server));
        (_strike, _settings, _owner) = (strike, settings, owner);
        _expected.Enqueue(new Expected(Phase.Banner));
    }

    public async Task RunAsync(CancellationToken calm, CancellationToken over)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over, _ended.Token);
        Task commands = PassCommandsAsync(calm, either.Token);
        Task replies = PassRepliesAsync(calm, either.Token);
        await Task.WhenAny(commands, replies);
        // Who hangs up in a silence is not heard by the other either.
        if (IsSilent)
            await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token));
        // Whatever the one side said last has been passed on: the other ends as well.
        if (commands.IsCompleted)
            await Task.WhenAny(replies, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None));
        await _ended.CancelAsync();
        _client.Cut(reset: false);
        _server.Cut(reset: false);
        await Task.WhenAll(commands, replies);
    }

    private bool IsSilent => Volatile.Read(ref _silentSince) != 0;

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _ended.Dispose();
    }

    private async Task PassCommandsAsync(CancellationToken calm, CancellationToken ct)
    {
        try
        {
            while (await _client.ReadLineAsync(ct) is { Length: > 0 } line)
            {
                if (!IsSilent && !await PassCommandAsync(line, calm, ct))
                    return;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException || LineStream.IsBroken(failure))
        {
            // The conversation is over.
        }
    }

    /// <returns>False when it goes no further.</returns>
    private async ValueTask<bool> PassCommandAsync(ReadOnlyMemory<byte> line, CancellationToken calm, CancellationToken ct)
    {
        string text = Encoding.Latin1.GetString(line.Span);
        string verb = text.Split([' ', '\r', '\n'], 2)[0].ToUpperInvariant();
        if (verb == "BDAT")
            return await PassChunkAsync(text, calm, ct);
        Phase? phase = PhaseOf(verb, _client.IsTls);
        if (phase is { } here && Falls(here, Blow.CutBefore))
            return await StrikeAsync(ReadOnlyMemory<byte>.Empty, calm, ct);

        var expected = new Expected(phase) { Recipient = verb == "RCPT" ? AddressIn(text) : null };
        if (verb is "MAIL" or "RSET" or "EHLO")
            expected.Forgets = true;
        _expected.Enqueue(expected);
        await _server.WriteAsync(line, ct);
        if (verb is "STARTTLS" or "AUTH" or "DATA")
            return await FollowAsync(verb, await expected.Code.Task.WaitAsync(ct), calm, ct);
        return true;
    }

    /// <summary>What comes after these is another language, if the server agrees.</summary>
    private async ValueTask<bool> FollowAsync(string verb, int code, CancellationToken calm, CancellationToken ct)
    {
        switch (verb, code)
        {
            case ("STARTTLS", 220) when Falls(Phase.Handshake, _strike?.Blow):
                return await StrikeAsync(TlsBeginning, calm, ct);
            case ("STARTTLS", 220):
                await _client.BeServerAsync(_settings.Certificate, ct);
                await _server.BeClientAsync(ct);
                _inTls.SetResult();
                return true;
            case ("AUTH", 334):
                ReadOnlyMemory<byte> secret = await _client.ReadLineAsync(ct);
                var expected = new Expected(Phase.Auth);
                _expected.Enqueue(expected);
                await _server.WriteAsync(secret, ct);
                return await FollowAsync("AUTH", await expected.Code.Task.WaitAsync(ct), calm, ct);
            case ("DATA", 354):
                return await PassContentAsync(calm, ct);
            default:
                return true;
        }
    }

    private async ValueTask<bool> PassContentAsync(CancellationToken calm, CancellationToken ct)
    {
        var head = new List<byte>(KeptOfContent);
        long passed = 0;
        while (await _client.ReadLineAsync(ct) is { Length: > 0 } line)
        {
            bool isLast = line.Span.SequenceEqual(".\r\n"u8);
            if (Falls(Phase.Content, _strike?.Blow) && (isLast || passed > _strike!.Octets))
                return await StrikeAsync(ReadOnlyMemory<byte>.Empty, calm, ct);
            if (isLast)
                return await EndContentAsync(line, head, calm, ct);
            if (head.Count < KeptOfContent)
                head.AddRange(line.Span);
            passed += line.Length;
            await _server.BufferAsync(line, flush: !_client.HasMore, ct);
        }

        return false;
    }

    /// <summary>RFC 3030: so many octets, then a reply; the last chunk's is that to the message.</summary>
    private async ValueTask<bool> PassChunkAsync(string command, CancellationToken calm, CancellationToken ct)
    {
        string[] words = command.Trim().Split(' ');
        long left = long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
        bool isLast = words.Length == 3;
        // Before the server can answer: a reply that nothing waits for would be taken for one that nobody asked for.
        if (!isLast)
            _expected.Enqueue(new Expected(null));
        await _server.WriteAsync(command, ct);
        var head = new List<byte>(KeptOfContent);
        while (left > 0 && await _client.ReadSomeAsync(left, ct) is { Length: > 0 } some)
        {
            if (Falls(Phase.Content, _strike?.Blow))
                return await StrikeAsync(ReadOnlyMemory<byte>.Empty, calm, ct);
            left -= some.Length;
            if (head.Count < KeptOfContent)
                head.AddRange(some.Span);
            if (left > 0 || !isLast)
                await _server.WriteAsync(some, ct);
            else
                return await EndContentAsync(some, head, calm, ct);
        }

        return left == 0;
    }

    private async ValueTask<bool> EndContentAsync(
        ReadOnlyMemory<byte> last,
        List<byte> head,
        CancellationToken calm,
        CancellationToken ct
    )
    {
        if (Falls(Phase.FinalDot, Blow.CutBefore))
            return await StrikeAsync(ReadOnlyMemory<byte>.Empty, calm, ct);
        string id = IdOf([.. head]);
        string[] recipients;
        lock (_recipients)
            recipients = [.. _recipients];
        // Noted before it is sent: whatever comes of the line now, the server may have it.
        var handover = new Handover(id, recipients, _began, Stopwatch.GetTimestamp());
        _settings.Handovers.Add(handover);
        _expected.Enqueue(new Expected(Phase.FinalDot) { Handover = handover, Forgets = true });
        await _server.BufferAsync(last, flush: true, ct);
        return true;
    }

    private async Task PassRepliesAsync(CancellationToken calm, CancellationToken ct)
    {
        var reply = new List<byte>();
        try
        {
            while (await _server.ReadLineAsync(ct) is { Length: > 0 } line)
            {
                if (IsSilent)
                    continue;
                reply.AddRange(line.Span);
                if (line.Length > 3 && line.Span[3] == '-')
                    continue;
                byte[] whole = [.. reply];
                reply.Clear();
                _ = Utf8Parser.TryParse(line.Span[..Math.Min(3, line.Length)], out int code, out _);
                if (!await PassReplyAsync(whole, code, calm, ct))
                    return;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException || LineStream.IsBroken(failure))
        {
            // The conversation is over.
        }
    }

    private async ValueTask<bool> PassReplyAsync(byte[] reply, int code, CancellationToken calm, CancellationToken ct)
    {
        if (!_expected.TryDequeue(out Expected? answered))
        {
            // Unasked: a 421 before the server closes.
            await _client.WriteAsync(reply, ct);
            return true;
        }

        Note(answered, code);
        if (answered.Phase is { } phase && Falls(phase, _strike?.Blow))
            return await StrikeAsync(reply, calm, ct);
        await _client.WriteAsync(reply, ct);
        if (answered.Handover is { } handover)
        {
            if (code is >= 200 and < 300)
                handover.ReplyPassed = Stopwatch.GetTimestamp();
            if (Falls(Phase.Accepted, Blow.CutReply))
                return await StrikeAsync(ReadOnlyMemory<byte>.Empty, calm, ct);
            Interlocked.Increment(ref _messages);
        }

        answered.Code.TrySetResult(code);
        if (answered.Phase == Phase.StartTls && code == 220)
            await _inTls.Task.WaitAsync(ct);
        return true;
    }

    private void Note(Expected answered, int code)
    {
        if (answered.Handover is { } handover && code >= 400)
            handover.WasRefused = true;
        lock (_recipients)
        {
            if (answered.Forgets)
                _recipients.Clear();
            if (answered.Recipient is { } to && code is >= 200 and < 300)
                _recipients.Add(to);
        }
    }

    /// <summary>Whether the strike of this connection falls at this place; <paramref name="blow"/>: of this kind.</summary>
    private bool Falls(Phase phase, Blow? blow) =>
        _strike is { } strike && strike.Phase == phase && strike.Blow == blow && strike.After <= Volatile.Read(ref _messages);

    /// <returns>False: nothing is passed on any more.</returns>
    private async ValueTask<bool> StrikeAsync(ReadOnlyMemory<byte> reply, CancellationToken calm, CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _hasStruck, 1) != 0)
            return false;
        _owner.Struck.AddOrUpdate((_strike!.Phase, _strike.Blow), 1, (_, count) => count + 1);
        switch (_strike.Blow)
        {
            case Blow.Silence:
                await BeSilentAsync(calm, ct);
                break;
            case Blow.Rubbish:
                await _client.WriteAsync("\0\x7fHTTP/1.1 \xff 25O ok\r\n\r\n<html>\r\n", ct);
                break;
            case Blow.HalfReply:
                await _client.WriteAsync(reply[..(reply.Length / 2)], ct);
                break;
            case Blow.EndlessReply:
                await EndlesslyAsync("250-and so on\r\n", ct);
                break;
            case Blow.EndlessLine:
                await EndlesslyAsync("250 and so on, ", ct);
                break;
        }

        bool isReset = _strike.Blow == Blow.Reset;
        _client.Cut(isReset);
        _server.Cut(isReset);
        await _ended.CancelAsync();
        return false;
    }

    /// <summary>Until all that we test at the two ends have hung up, or for its time: what they still say goes nowhere.</summary>
    private async Task BeSilentAsync(CancellationToken calm, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(calm, ct);
        TimeSpan time = TimeSpan.FromSeconds(_strike!.Seconds);
        Volatile.Write(ref _silentSince, Stopwatch.GetTimestamp());
        // Who has much to send must also meet somebody who does not even read it.
        bool isDeaf = _strike.Phase == Phase.Content && _strike.Octets % 2 == 0;
        try
        {
            await Task.WhenAll(
                    HearAsync(_client, "client", _settings.Client, isDeaf ? time : TimeSpan.Zero, either.Token),
                    HearAsync(_server, "server", _settings.Server, TimeSpan.Zero, either.Token)
                )
                .WaitAsync(time + (2 * KillIsKnown), TimeProvider.System, either.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or TimeoutException)
        {
            // It is over before its time, or somebody has more patience than that.
        }
    }

    /// <summary>Waits until an installation hangs up, and notes whether its own clock told it to.</summary>
    private async Task HearAsync(LineStream end, string who, Boat? boat, TimeSpan pause, CancellationToken ct)
    {
        if (boat is null)
            return;
        await Task.Delay(pause, TimeProvider.System, ct);
        await end.HungUpAsync(ct);
        TimeSpan time = Stopwatch.GetElapsedTime(_silentSince);
        await Task.Delay(KillIsKnown, TimeProvider.System, ct);
        // A handshake has the shortest time of all: half the inactivity.
        if (time > Strike.Inactivity * 0.45 && boat.KillAfter(_silentSince) is null)
            _owner.TimedOut.AddOrUpdate((who, _strike!.Phase), 1, (_, count) => count + 1);
    }

    private async Task EndlesslyAsync(string text, CancellationToken ct)
    {
        string many = string.Concat(Enumerable.Repeat(text, 1000));
        for (int i = 0; i < 1000; i++)
            await _client.WriteAsync(many, ct);
    }

    private static Phase? PhaseOf(string verb, bool isTls) =>
        verb switch
        {
            "EHLO" or "HELO" => isTls ? Phase.HelloInTls : Phase.Hello,
            "STARTTLS" => Phase.StartTls,
            "AUTH" => Phase.Auth,
            "MAIL" => Phase.Mail,
            "RCPT" => Phase.Rcpt,
            "DATA" => Phase.Data,
            "QUIT" => Phase.Quit,
            _ => null,
        };

    private static string AddressIn(string command)
    {
        int from = command.IndexOf('<', StringComparison.Ordinal) + 1;
        int to = command.IndexOf('>', StringComparison.Ordinal);
        return to > from ? command[from..to] : command;
    }

    /// <summary>The sending installation's name for a message: in its Received field, or in the Message-ID of a report that it wrote.</summary>
    private string IdOf(byte[] head)
    {
        // Not beyond the header: a report returns the fields of the message that it is about.
        string text = Encoding.Latin1.GetString(head).Split("\r\n\r\n", 2)[0];
        if (_settings.SenderName.Length == 0)
            return Mail.Letter.Of(head) is { } letter ? $"{letter.Number} {letter.Attempt}" : "";
        int by = text.IndexOf($"by {_settings.SenderName} ", StringComparison.Ordinal);
        int id = by < 0 ? -1 : text.IndexOf(" id ", by, StringComparison.Ordinal);
        // A report that came from another hop has a Received field of this one as well, and it is the first.
        if (id >= 0)
            return text.Substring(id + 4, 10);
        int own = text.IndexOf("Message-ID: <", StringComparison.Ordinal);
        return own < 0 ? "" : text.Substring(own + 13, 10);
    }

    /// <summary>A reply that is due.</summary>
    private sealed class Expected(Phase? phase)
    {
        public Phase? Phase { get; } = phase;

        public string? Recipient { get; init; }

        /// <summary>With its answer the recipients so far are no more.</summary>
        public bool Forgets { get; set; }

        public Handover? Handover { get; init; }

        public TaskCompletionSource<int> Code { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
