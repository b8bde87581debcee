using System.Text;
using System.Threading.Channels;

namespace Packetboat.Serving;

/// <summary>
/// Takes log lines from all threads and writes them on one of its own, as many together as wait: a write for each line was a tenth of a
/// message's cost. Lines are never dropped: where the output does not take them, whoever has something to say waits.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int MaxWaiting = 4096;
    private const int MaxTogether = 32 * 1024;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
    );
    private readonly TextWriter _output;
    private readonly Thread _thread;

    public LogWriter(TextWriter output)
    {
        _output = output;
        _thread = new Thread(Work) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public void Write(string line)
    {
        if (_lines.Writer.TryWrite(line))
            return;
        try
        {
            _lines.Writer.WriteAsync(line).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException)
        {
            // Said after the end: nobody listens any more.
        }
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _thread.Join();
    }

    private void Work()
    {
        var together = new StringBuilder();
        while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (together.Length < MaxTogether && _lines.Reader.TryRead(out string? line))
                together.AppendLine(line);
            try
            {
                _output.Write(together);
                _output.Flush();
            }
            catch (IOException)
            {
                // A log on a full disk must not end the mail.
            }

            together.Clear();
        }
    }
}
