using System.Diagnostics;
using System.Net.Sockets;

namespace Packetboat.Bench.Relay;

/// <summary>Sends the messages over all connections, and enters what became of each into the ledger.</summary>
internal sealed class LoadGenerator(LoadOptions options, Ledger ledger, TimeProvider time)
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private int _next = -1;

    public async Task RunAsync(CancellationToken ct)
    {
        Task[] connections = [.. Enumerable.Range(0, options.Connections).Select(_ => Task.Run(() => ConverseAsync(ct), ct))];
        await Task.WhenAll(connections);
    }

    private async Task ConverseAsync(CancellationToken ct)
    {
        var message = new BenchMessage(options.Size);
        LoadConnection? connection = null;
        int sent = 0;
        for (int number = Take(); number >= 0; )
        {
            await PaceAsync(number, ct);
            // A refusal for the moment (4xx) is obeyed and tried again, as a mail program does.
            try
            {
                ledger.Sent(number);
                connection ??= await LoadConnection.OpenAsync(options, ct);
                string? refusal = await connection.SendAsync(message.Numbered(number), ct);
                sent++;
                if (refusal is null)
                    ledger.TakenOver(number);
                else
                    ledger.Failed(refusal);
                if (refusal is null || refusal[0] != '4')
                    number = Take();
                else
                    await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
            }
            catch (Exception broken) when (broken is IOException or SocketException && !ct.IsCancellationRequested)
            {
                ledger.Failed(broken.Message);
                connection = await CloseAsync(connection, politely: false, ct);
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
            }

            if (connection is not null && options.MessagesPerConnection > 0 && sent % options.MessagesPerConnection == 0)
                connection = await CloseAsync(connection, politely: true, ct);
        }

        await CloseAsync(connection, politely: true, ct);
    }

    private int Take()
    {
        int number = Interlocked.Increment(ref _next);
        return number < options.Messages ? number : -1;
    }

    private async ValueTask PaceAsync(int number, CancellationToken ct)
    {
        if (options.Rate <= 0)
            return;
        TimeSpan due = TimeSpan.FromSeconds(number / options.Rate);
        TimeSpan left = due - Stopwatch.GetElapsedTime(_begun);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, time, ct);
    }

    private static async ValueTask<LoadConnection?> CloseAsync(LoadConnection? connection, bool politely, CancellationToken ct)
    {
        if (connection is null)
            return null;
        await using (connection)
        {
            if (politely)
            {
                try
                {
                    await connection.QuitAsync(ct);
                }
                catch (IOException)
                {
                    // Gone already.
                }
            }
        }

        return null;
    }
}
