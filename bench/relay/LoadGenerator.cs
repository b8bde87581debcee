using System.Diagnostics;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>Sends the messages over all connections, a thread each, and enters what became of each into the ledger.</summary>
internal sealed class LoadGenerator(LoadOptions options, Ledger ledger, CancellationToken stopping)
{
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(20);

    private readonly long _begun = Stopwatch.GetTimestamp();
    private int _next = -1;

    /// <summary>Returns when everything has been sent.</summary>
    public void Run()
    {
        Thread[] threads =
        [
            .. Enumerable.Range(0, options.Connections).Select(_ => new Thread(Converse, maxStackSize: 256 * 1024)),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
    }

    private void Converse()
    {
        var message = new BenchMessage(options.Size, options.Key);
        LoadConnection? connection = null;
        int sent = 0;
        for (int number = Take(); number >= 0 && !stopping.IsCancellationRequested; )
        {
            Pace(number);
            try
            {
                ledger.Sent(number);
                connection ??= LoadConnection.Open(options);
                string? refusal = connection.Send(number, message.Numbered(number));
                sent++;
                if (refusal is null)
                    ledger.TakenOver(number);
                else
                    ledger.Failed(refusal);
                // A refusal for the moment (4xx) is obeyed and tried again, as a mail program does.
                if (refusal is null || refusal[0] != '4')
                    number = Take();
                else
                    stopping.WaitHandle.WaitOne(AfterRefusal);
            }
            catch (Exception broken) when (broken is IOException or SocketException)
            {
                ledger.Failed(broken.Message);
                connection?.Dispose();
                connection = null;
                stopping.WaitHandle.WaitOne(AfterRefusal);
            }

            if (connection is not null && options.MessagesPerConnection > 0 && sent % options.MessagesPerConnection == 0)
            {
                Close(connection);
                connection = null;
            }
        }

        Close(connection);
    }

    private int Take()
    {
        int number = Interlocked.Increment(ref _next);
        return number < options.Messages ? number : -1;
    }

    private void Pace(int number)
    {
        if (options.Rate <= 0)
            return;
        TimeSpan left = TimeSpan.FromSeconds(number / options.Rate) - Stopwatch.GetElapsedTime(_begun);
        if (left > TimeSpan.Zero)
            stopping.WaitHandle.WaitOne(left);
    }

    private static void Close(LoadConnection? connection)
    {
        if (connection is null)
            return;
        using (connection)
        {
            try
            {
                connection.Quit();
            }
            catch (IOException)
            {
                // Gone already.
            }
        }
    }
}
