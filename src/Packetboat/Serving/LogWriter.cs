using System.Threading.Channels;
using Packetboat.Relay.Threads;

namespace Packetboat.Serving;

/// <summary>
/// Takes log lines from all threads and writes them on one of its own, as many together as wait: a write for each line was a tenth of a
/// message's cost. Where the output does not take them in time, mail does not wait for its log: lines are left out, and their number is said
/// when it takes some again.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int MaxWaiting = 4096;

    /// <summary>After a write it rests, so that a busy server does not wake it for each line. What a kill loses of the log.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(5);

    /// <summary>Of one thread at a time, until it was in vain; then nobody waits before the output takes something again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Inbox<string> _lines = new(MaxWaiting);
    private readonly object _resting = new();
    private readonly TextWriter _output;
    private readonly Func<long, string> _missing;
    private readonly Thread _thread;
    private bool _isOver;
    private long _lost;
    private int _waiting; // 1: somebody does, or has in vain

    /// <param name="output">Where the lines go. What it buffers is flushed when no more waits. It stays open.</param>
    /// <param name="missing">The line that says how many lines are missing.</param>
    public LogWriter(TextWriter output, Func<long, string> missing)
    {
        (_output, _missing) = (output, missing);
        _thread = new Thread(Work) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public void Write(string line)
    {
        if (_lines.TryPut(line))
            return;
        // One waits for a disk that is slow. For an output that is stuck all would, the threads among them that the mail's sockets live on.
        bool mayWait = Volatile.Read(ref _lost) == 0 && Interlocked.Exchange(ref _waiting, 1) == 0;
        if (mayWait && TryWait(line))
            Volatile.Write(ref _waiting, 0);
        else
            Interlocked.Increment(ref _lost);
    }

    private bool TryWait(string line)
    {
        try
        {
            EndRest();
            using var patience = new CancellationTokenSource(Patience);
            _lines.PutAsync(line, patience.Token).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (Exception late) when (late is ChannelClosedException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Writes what waits, if it is taken, and ends.</summary>
    public void Dispose()
    {
        _lines.Close();
        Volatile.Write(ref _isOver, true);
        EndRest();
        _thread.Join(EndPatience);
    }

    private void Work()
    {
        while (_lines.Wait(Timeout.InfiniteTimeSpan) || !_lines.IsClosed)
        {
            try
            {
                WriteWaiting();
                if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                    _output.WriteLine(_missing(lost));
                _output.Flush();
                Volatile.Write(ref _waiting, 0);
            }
            catch (IOException)
            {
                // A log on a full disk must not end the mail.
            }

            lock (_resting)
            {
                if (!Volatile.Read(ref _isOver))
                    Monitor.Wait(_resting, Rest);
            }
        }
    }

    /// <summary>No more than can wait at a time: under a load that never ends too what is missing has to be said.</summary>
    private void WriteWaiting()
    {
        for (int i = 0; i < MaxWaiting && _lines.TryTake(out string? line); i++)
            _output.WriteLine(line);
    }

    private void EndRest()
    {
        lock (_resting)
            Monitor.Pulse(_resting);
    }
}
