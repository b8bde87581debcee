using System.Diagnostics;
using System.Globalization;
using System.Net;
using Packetboat.Torture.Mail;
using Packetboat.Torture.Shim;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Powercut;

/// <summary>
/// One run: a server takes mail while the next hop is down, is stopped and started, sends and takes more, and is killed; then the power is
/// cut at moments spread over all that it did, and each disk that this leaves is opened and examined.
/// </summary>
internal sealed class PowercutRun
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(8);

    private readonly PowercutOptions _options;
    private readonly string _folder;
    private readonly string _recording;
    private readonly Submissions _submissions = new();
    private readonly Dictionary<string, int> _cuts = new(StringComparer.Ordinal);

    private PowercutRun(PowercutOptions options, string folder) =>
        (_options, _folder, _recording) = (options, folder, Path.Combine(folder, "recording"));

    public static async Task<PowercutSummary> RunAsync(PowercutOptions options, CancellationToken ct)
    {
        // In memory where there is such a place: it is written thousands of times.
        string shared = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string folder = Path.Combine(shared, $"pbt-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {folder}"));
        try
        {
            return await new PowercutRun(options, folder).RunAsync(ct);
        }
        finally
        {
            if (!options.Keep)
                Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<PowercutSummary> RunAsync(CancellationToken ct)
    {
        long begin = Stopwatch.GetTimestamp();
        await RecordAsync(ct);
        var promises = new Promises(RecordedEvent.ReadAll(_recording));
        var examination = new Examination(promises);
        EveryPrefix every = await CutEveryPrefixAsync(examination, ct);
        (long promisesOfPrefixes, int faultsOfPrefixes) = (examination.Promises, examination.FaultCount);
        int moments = await CutAsync(promises.Moments, examination, ct);
        return new PowercutSummary
        {
            Seed = _options.Seed,
            Packetboat = Path.GetFileName(_options.Packetboat),
            Seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds,
            Recorded = promises.Counts,
            OctetsWritten = promises.OctetsWritten,
            Prefixes = every.Prefixes,
            SyncWindows = every.Windows,
            Reorderings = every.Reorderings,
            PromisesOfPrefixes = promisesOfPrefixes,
            FaultsOfPrefixes = faultsOfPrefixes,
            PowerCuts = _cuts,
            Moments = moments,
            PromisesChecked = examination.Promises,
            ContentsCompared = examination.Contents,
            FilesCompared = examination.Files,
            DeliveriesChecked = examination.Deliveries,
            FaultCount = examination.FaultCount,
            Faults = examination.Faults,
        };
    }

    private async Task RecordAsync(CancellationToken ct)
    {
        using var children = new ChildProcesses();
        using var recorder = new RecordAppender(_recording);
        var authority = new Authority(_folder, "boat.test", "mx.test");
        await using var exchange = new Exchange(authority.Certificate, _options.Seed)
        {
            Arrivals = new Arrivals
            {
                Taking = (letter, recipient) =>
                    recorder.Add(
                        new RecordedEvent(
                            EventKind.Delivered,
                            0,
                            0,
                            System.Text.Encoding.ASCII.GetBytes(Promises.CopyOf(letter.Number, recipient))
                        )
                    ),
            },
        };
        string[] program = _options.Packetboat.EndsWith(".dll", StringComparison.Ordinal)
            ? ["dotnet", _options.Packetboat]
            : [_options.Packetboat];
        int[] ports = Ports.Free(2);
        await using var boat = new Boat(program, Path.Combine(_folder, "boat"), FaultShim.Compile(_folder), ports[0], children)
        {
            Recording = _recording,
        };

        Configure(boat, authority, relayPort: ports[1]);
        await boat.StartUntilReadyAsync(ct);
        await SubmitAsync(boat, _options.Messages / 2, ct);
        await boat.StopAsync(ct);

        Configure(boat, authority, exchange.EndPoint.Port);
        await boat.StartUntilReadyAsync(ct);
        await SubmitAsync(boat, _options.Messages, ct);
        long waiting = Stopwatch.GetTimestamp();
        while (await boat.QueuedAsync(ct) != 0 && Stopwatch.GetElapsedTime(waiting) < DrainPatience)
            await Task.Delay(Glance, TimeProvider.System, ct);
        boat.Kill();
    }

    private async Task SubmitAsync(Boat boat, int until, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] clients =
        [
            .. Enumerable
                .Range(0, _options.Connections)
                .Select(number => new SubmittingClient(
                    new IPEndPoint(IPAddress.Loopback, boat.Port),
                    signsIn: false,
                    _submissions,
                    new Random(_options.Seed + until + number),
                    pause: TimeSpan.Zero
                ))
                .Select(client => Task.Run(() => client.RunAsync(enough.Token), ct)),
        ];
        while (_submissions.Accepted < until)
            await Task.Delay(Glance / 20, TimeProvider.System, ct);
        await enough.CancelAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>The data folder is not there yet: making it is part of what must survive.</summary>
    private static void Configure(Boat boat, Authority authority, int relayPort)
    {
        boat.Write(
            "sbbs.ini",
            $"""
            [Mail]
            HostName = boat.test
            Options = RELAY_TX
            Interface = 127.0.0.1
            SMTPPort = {boat.Port}
            RelayServer = 127.0.0.1
            RelayPort = {relayPort}
            MaxDeliveryAttempts = 30000
            MaxClients = 1000
            RescanFrequency = 2

            """
        );
        boat.Write(
            "packetboat.ini",
            $"""
            [Store]
            DataDirectory = {DataOf(boat.Disk.Folder)}
            DiskReserve = 0
            [Tls]
            Certificate = {authority.CertificateFile}
            CertificateKey = {authority.KeyFile}
            [Delivery]
            RetryFirst = 1s
            [Relay]
            RelayCertificateFile = {authority.CertificateFile}

            """
        );
        boat.Write("relay.cfg", "127.0.0.1\n");
    }

    private static string DataOf(string disk) => Path.Combine(disk, "queue");

    /// <summary>
    /// No chance in it: after each of the first writes the power goes, once with all until there on the disk and once with what was synced; and
    /// before each sync among them has ended, what it was to make durable is put down in several orders, the same for the same recording.
    /// </summary>
    private async Task<EveryPrefix> CutEveryPrefixAsync(Examination examination, CancellationToken ct)
    {
        Survival[] orders = [Survival.WholeWrites, Survival.Blocks, Survival.InOrder, Survival.Sectors];
        var disk = new RecordedDisk(_options.IgnoreSyncs);
        var running = new List<Task>();
        (int moment, int writes, int windows, int reorderings, int sinceSync, int cuts) = (0, 0, 0, 0, 0, 0);
        try
        {
            foreach (RecordedEvent happened in RecordedEvent.ReadAll(_recording))
            {
                if (writes >= _options.Prefixes)
                    break;
                if (happened.Kind == EventKind.SyncEnd && sinceSync > 0)
                {
                    sinceSync = 0;
                    windows++;
                    for (int i = 0; i < _options.Reorderings; i++, reorderings++)
                        await AtAsync(orders[i % orders.Length], windows * 100 + i);
                }

                disk.Apply(happened);
                moment++;
                if (happened.Kind is not (EventKind.Write or EventKind.Truncate))
                    continue;
                sinceSync++;
                writes++;
                await AtAsync(Survival.Everything, writes);
                await AtAsync(Survival.Nothing, writes);
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }

        return new EveryPrefix(writes, windows, reorderings);

        async Task AtAsync(Survival survival, int seed)
        {
            ct.ThrowIfCancellationRequested();
            if (running.Count == Environment.ProcessorCount)
                running.Remove(await Task.WhenAny(running));
            running.Add(CutTo(disk, survival, new Random(seed), moment, $"prefix-{cuts++}", examination, ct));
        }
    }

    /// <returns>At how many moments.</returns>
    private async Task<int> CutAsync(int last, Examination examination, CancellationToken ct)
    {
        var disk = new RecordedDisk(_options.IgnoreSyncs);
        var dice = new Random(_options.Seed);
        var running = new List<Task>();
        int moment = 0;
        int moments = 0;
        int done = 0;
        try
        {
            foreach (RecordedEvent happened in RecordedEvent.ReadAll(_recording))
            {
                disk.Apply(happened);
                moment++;
                // As many as belong to the part of the recording that is played, spread evenly.
                int due = (int)((long)_options.States * moment / last);
                moments += due > done ? 1 : 0;
                for (; done < due; done++)
                {
                    ct.ThrowIfCancellationRequested();
                    if (running.Count == Environment.ProcessorCount)
                        running.Remove(await Task.WhenAny(running));
                    running.Add(Cut(disk, dice, moment, done, examination, ct));
                }
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }

        return moments;
    }

    private Task Cut(RecordedDisk disk, Random dice, int moment, int number, Examination examination, CancellationToken ct)
    {
        Survival[] all = Enum.GetValues<Survival>();
        Survival survival = all[dice.Next(all.Length)];
        _cuts[survival.ToString()] = _cuts.GetValueOrDefault(survival.ToString()) + 1;
        return CutTo(disk, survival, dice, moment, string.Create(CultureInfo.InvariantCulture, $"cut-{number}"), examination, ct);
    }

    private Task CutTo(
        RecordedDisk disk,
        Survival survival,
        Random dice,
        int moment,
        string called,
        Examination examination,
        CancellationToken ct
    )
    {
        string folder = Path.Combine(_folder, called);
        Directory.CreateDirectory(folder);
        disk.Write(folder, survival, dice);
        string name = string.Create(CultureInfo.InvariantCulture, $"{called} at {moment}, {survival} of the rest");
        return Task.Run(
            async () =>
            {
                if (await examination.ExamineAsync(DataOf(folder), moment, name, ct) || !_options.Keep)
                    Directory.Delete(folder, recursive: true);
            },
            ct
        );
    }

    /// <param name="Prefixes">Writes after which the power was cut.</param>
    /// <param name="Windows">Syncs among them that had something to do.</param>
    /// <param name="Reorderings">Orders tried before these.</param>
    private sealed record EveryPrefix(int Prefixes, int Windows, int Reorderings);
}
