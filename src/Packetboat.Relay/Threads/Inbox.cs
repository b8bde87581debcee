using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Packetboat.Relay.Threads;

/// <summary>
/// What many threads leave for one, or a few, that do nothing else and block while there is nothing. Bounded: whoever finds it full waits.
/// <para>
/// A channel alone wakes its reader by way of the thread pool, and a blocked reader spins first: two more switches for each order, which is
/// more than most orders cost. Here the one who leaves something wakes the owner, and only if it sleeps.
/// </para>
/// </summary>
/// <param name="capacity">How much may wait.</param>
public sealed class Inbox<T>(int capacity)
    where T : class
{
    private readonly Channel<T> _items = Channel.CreateBounded<T>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait }
    );
    private readonly object _bell = new();
    private int _sleepers;

    /// <returns>False where it is full, or closed.</returns>
    public bool TryPut(T item)
    {
        if (!_items.Writer.TryWrite(item))
            return false;
        Ring();
        return true;
    }

    /// <exception cref="ChannelClosedException">It is closed.</exception>
    public ValueTask PutAsync(T item, CancellationToken ct) => TryPut(item) ? ValueTask.CompletedTask : WaitAndPutAsync(item, ct);

    public bool TryTake([NotNullWhen(true)] out T? item) => _items.Reader.TryRead(out item);

    /// <summary>Takes nothing new. What is in it is still there to be taken.</summary>
    public void Close()
    {
        _items.Writer.TryComplete();
        lock (_bell)
            Monitor.PulseAll(_bell);
    }

    /// <summary>Blocks until there is something, the patience is at its end, or it is closed.</summary>
    /// <returns>Whether there is something to take.</returns>
    public bool Wait(TimeSpan patience)
    {
        lock (_bell)
        {
            // Whoever puts something in after this rings; what was put in before it is seen below.
            Interlocked.Increment(ref _sleepers);
            try
            {
                while (!_items.Reader.TryPeek(out _))
                {
                    if (IsClosed || !Monitor.Wait(_bell, patience))
                        return _items.Reader.TryPeek(out _);
                }

                return true;
            }
            finally
            {
                Interlocked.Decrement(ref _sleepers);
            }
        }
    }

    /// <summary>Closed, and nothing is left in it.</summary>
    public bool IsClosed => _items.Reader.Completion.IsCompleted;

    private async ValueTask WaitAndPutAsync(T item, CancellationToken ct)
    {
        await _items.Writer.WriteAsync(item, ct);
        Ring();
    }

    private void Ring()
    {
        // The item first, then the look at who sleeps: the other side does it in the other order.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleepers) == 0)
            return;
        lock (_bell)
            Monitor.Pulse(_bell);
    }
}
