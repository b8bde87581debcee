using System.Threading.Channels;
using Packetboat.Relay.Threads;

namespace Packetboat.Serving;

/// <summary>
/// Takes log lines from all threads and writes them on one of its own, as many together as wait: a write for each line was a tenth of a
/// message's cost. Lines are never dropped: where the output does not take them, whoever has something to say waits.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int MaxWaiting = 4096;

    /// <summary>After a write it rests, so that a busy server does not wake it for each line. What a kill loses of the log.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(5);

    private readonly Inbox<string> _lines = new(MaxWaiting);
    private readonly object _resting = new();
    private readonly TextWriter _output;
    private readonly Thread _thread;
    private bool _isOver;

    /// <param name="output">Where the lines go. What it buffers is flushed when no more waits. It stays open.</param>
    public LogWriter(TextWriter output)
    {
        _output = output;
        _thread = new Thread(Work) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public void Write(string line)
    {
        if (_lines.TryPut(line))
            return;
        try
        {
            EndRest();
            _lines.PutAsync(line, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException)
        {
            // Said after the end: nobody listens any more.
        }
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        _lines.Close();
        Volatile.Write(ref _isOver, true);
        EndRest();
        _thread.Join();
    }

    private void Work()
    {
        while (_lines.Wait(Timeout.InfiniteTimeSpan) || !_lines.IsClosed)
        {
            try
            {
                while (_lines.TryTake(out string? line))
                    _output.WriteLine(line);
                _output.Flush();
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

    private void EndRest()
    {
        lock (_resting)
            Monitor.Pulse(_resting);
    }
}
