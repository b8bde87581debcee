namespace Packetboat.Relay.Shaping;

/// <summary>
/// How fast one provider is sent to: as many connections as it has shown to take. They are few at first and double with what is delivered
/// until the provider says that it is too much; then half of them, after a pause that grows, and from there one more at a time. It is what
/// TCP does about a full line (RFC 5681 §3.1), for the same reason: nobody says in advance how much is too much.
/// </summary>
/// <param name="name">As people call the provider.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderPace(string name, TimeProvider time)
{
    private const int FirstWindow = 4;

    /// <summary>Who asks for a connection while all are in use waits this long, and so many do. The others are told to come back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const int MostWaiting = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(32);

    /// <summary>Of a limit by the minute, what may go at once.</summary>
    private const int Burst = 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly Dictionary<PacedConnection, Action> _resting = [];
    private int _open;
    private double _window = FirstWindow;
    private bool _isStarting = true;
    private int _pauses; // in a row
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _place; // when the place of the next message is
    private string _words = "";

    /// <summary>Connections that are open or being opened.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
                return _open;
        }
    }

    /// <summary>How many there may be now, whatever the table allows.</summary>
    public int Window
    {
        get
        {
            lock (_lock)
                return (int)_window;
        }
    }

    /// <summary>Nothing that it knows would be missed: nobody uses it, and it has not been told to slow down lately.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
                return _open == 0 && _waiting.Count == 0 && (_pauses == 0 || _closedUntil + LongestPause < time.GetUtcNow());
        }
    }

    /// <summary>Asks for a connection; waits a little for one.</summary>
    public async ValueTask<Turn> EnterAsync(ProviderShape shape, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource> mine;
        Action? wanted;
        lock (_lock)
        {
            if (Closed() is { } closed)
                return closed;
            if (_open < Most(shape))
                return Take(shape);
            if (_waiting.Count >= MostWaiting)
                return Full(shape);
            mine = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            wanted = AnyResting();
        }

        wanted?.Invoke();
        await WaitAsync(mine.Value.Task, ct);
        lock (_lock)
        {
            if (mine.List is not null)
                _waiting.Remove(mine);
            ct.ThrowIfCancellationRequested();
            if (Closed() is { } closed)
                return closed;
            return _open < Most(shape) ? Take(shape) : Full(shape);
        }
    }

    /// <inheritdoc cref="PacedConnection.PlaceAsync"/>
    public async ValueTask<Turn.Later?> PlaceAsync(ProviderShape shape, CancellationToken ct)
    {
        TimeSpan wait;
        lock (_lock)
        {
            if (Closed() is { } closed)
                return closed;
            if (shape.MessagesPerMinute == 0)
                return null;
            DateTimeOffset now = time.GetUtcNow();
            TimeSpan step = TimeSpan.FromMinutes(1) / shape.MessagesPerMinute;
            DateTimeOffset earliest = now - (step * (Math.Min(Burst, shape.MessagesPerMinute) - 1));
            DateTimeOffset place = _place < earliest ? earliest : _place;
            wait = place - now;
            if (wait > Patience)
                return new Turn.Later(place, $"{name} takes {shape.MessagesPerMinute} messages a minute");
            _place = place + step;
        }

        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, ct);
        return null;
    }

    public void Delivered(ProviderShape shape)
    {
        lock (_lock)
        {
            if (time.GetUtcNow() < _closedUntil)
                return;
            _pauses = 0;
            _window = Math.Min(shape.Connections, _window + (_isStarting ? 1 : 1 / _window));
            Admit(shape);
        }
    }

    /// <param name="words">Of the provider.</param>
    public void Throttled(string words)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            // Several connections are told at the same time: that is once.
            if (now < _closedUntil)
                return;
            TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(_pauses, 10));
            _closedUntil = now + (pause < LongestPause ? pause : LongestPause);
            _words = words;
            _pauses++;
            Halve();
        }
    }

    /// <inheritdoc cref="PacedConnection.Crowded"/>
    public void Crowded()
    {
        lock (_lock)
            Halve();
    }

    public void Leave(PacedConnection connection)
    {
        lock (_lock)
        {
            _resting.Remove(connection);
            _open--;
            _waiting.First?.Value.TrySetResult();
            if (_waiting.First is { } first)
                _waiting.Remove(first);
        }
    }

    public void Rest(PacedConnection connection, Action wanted)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _resting[connection] = wanted;
                return;
            }
        }

        wanted();
    }

    public void Resume(PacedConnection connection)
    {
        lock (_lock)
            _resting.Remove(connection);
    }

    /// <summary>Under the lock, as all below.</summary>
    private Turn.Later? Closed() =>
        time.GetUtcNow() < _closedUntil ? new Turn.Later(_closedUntil, $"{name} asked us to slow down: {_words}") : null;

    private Turn.Later Full(ProviderShape shape) =>
        new(time.GetUtcNow() + Patience, $"{name} has {_open} connections of ours, and gets {Most(shape)} at a time");

    private Turn.Mine Take(ProviderShape shape)
    {
        _open++;
        return new Turn.Mine(new PacedConnection(this, shape));
    }

    private void Halve() => (_window, _isStarting) = (Math.Max(1, Math.Floor(_window / 2)), false);

    private int Most(ProviderShape shape) => Math.Max(1, Math.Min(shape.Connections, (int)_window));

    private void Admit(ProviderShape shape)
    {
        for (int free = Most(shape) - _open; free > 0 && _waiting.First is { } first; free--)
        {
            first.Value.TrySetResult();
            _waiting.Remove(first);
        }
    }

    private Action? AnyResting()
    {
        foreach ((PacedConnection connection, Action wanted) in _resting)
        {
            _resting.Remove(connection);
            return wanted;
        }

        return null;
    }

    private async Task WaitAsync(Task turn, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Who waited looks himself whether there is one.
        }
    }
}
