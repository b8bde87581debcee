namespace Packetboat.Relay.Shaping;

/// <summary>One of the connections that a provider has at a time: what may go over it, and what it told us. Used by one worker.</summary>
internal sealed class PacedConnection(ProviderPace pace, ProviderShape shape) : IDisposable
{
    private int _isOver;

    /// <summary>Transactions, then a new connection is wanted.</summary>
    public int Most => shape.MessagesPerConnection;

    /// <summary>Waits for the next place of a message, where they are so many a minute.</summary>
    /// <returns>Null: now. Otherwise until when the message has to lie down.</returns>
    public ValueTask<Turn.Later?> PlaceAsync(CancellationToken ct) => pace.PlaceAsync(shape, ct);

    /// <summary>It took a message.</summary>
    public void Delivered() => pace.Delivered(shape);

    /// <summary>It asked us to slow down.</summary>
    public void Throttled(string words) => pace.Throttled(words);

    /// <summary>The host has no room for us now. Another one of the same provider may have.</summary>
    public void Crowded() => pace.Crowded();

    /// <summary>Nothing is there to send: whoever waits for a connection may have this one.</summary>
    /// <param name="wanted">Called once at most, from another thread.</param>
    public void Rest(Action wanted) => pace.Rest(this, wanted);

    public void Resume() => pace.Resume(this);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            pace.Leave(this);
    }
}
