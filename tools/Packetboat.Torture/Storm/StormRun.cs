using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Packetboat.Torture.Mail;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Storm;

/// <summary>One run: harm while mail flows, then calm until nothing is queued any more, then judgement.</summary>
internal sealed class StormRun
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClientPause = TimeSpan.FromMilliseconds(200);

    private readonly StormOptions _options;
    private readonly Harbour _harbour;
    private readonly Submissions _submissions = new();
    private readonly Tormentor[] _tormentors;
    private readonly List<string> _problems = [];
    private bool _isDrained;

    private StormRun(StormOptions options, Harbour harbour)
    {
        (_options, _harbour) = (options, harbour);
        _tormentors = [TormentorOf(harbour.Spoke, 0), TormentorOf(harbour.Hub, 1)];
    }

    public static async Task<StormSummary> RunAsync(StormOptions options, CancellationToken ct)
    {
        // Short, because the path of a control socket must be.
        string folder = Directory.CreateTempSubdirectory("pbt-").FullName;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {folder}"));
        bool isGood = false;
        try
        {
            await using var harbour = new Harbour(options, folder);
            StormSummary summary = await new StormRun(options, harbour).RunAsync(ct);
            isGood = summary.IsGood;
            return summary;
        }
        finally
        {
            if (isGood && !options.Keep)
                Directory.Delete(folder, recursive: true);
            else
                Console.Error.WriteLine($"the run's files are in {folder}");
        }
    }

    private async Task<StormSummary> RunAsync(CancellationToken ct)
    {
        long begin = Stopwatch.GetTimestamp();
        await _harbour.StartAsync(ct);
        await RageAsync(ct);
        // What a fault has left is for somebody to look at: nothing is sent on from there.
        if (_problems.Count > 0)
            return Summarize(Stopwatch.GetElapsedTime(begin));
        await DrainAsync(ct);
        await CloseAsync(ct);
        return Summarize(Stopwatch.GetElapsedTime(begin));
    }

    private async Task RageAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] clients =
        [
            .. Enumerable
                .Range(0, _options.Connections)
                .Select(number =>
                {
                    bool signsIn = number % 2 == 1;
                    int port = signsIn ? _harbour.Submission.Port : _harbour.Transfer.Port;
                    var client = new SubmittingClient(
                        new IPEndPoint(IPAddress.Loopback, port),
                        signsIn,
                        _submissions,
                        new Random(_options.Seed + 1000 + number),
                        ClientPause
                    );
                    return Task.Run(() => client.RunAsync(stop.Token), ct);
                }),
        ];
        try
        {
            await RageTogetherAsync(stop.Token);
            while (_submissions.Accepted < _options.Messages)
                await Task.Delay(Glance, TimeProvider.System, ct);
        }
        catch (InvalidOperationException ended)
        {
            _problems.Add(ended.Message);
        }

        await stop.CancelAsync();
        await _harbour.CalmAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>What one of them finds stops the other.</summary>
    private async Task RageTogetherAsync(CancellationToken ct)
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> raging = [.. _tormentors.Select(tormentor => tormentor.RunAsync(found.Token))];
        while (raging.Count > 0)
        {
            Task ended = await Task.WhenAny(raging);
            raging.Remove(ended);
            if (!ended.IsFaulted)
                continue;
            await found.CancelAsync();
            await Task.WhenAll(raging)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await ended;
        }
    }

    /// <summary>The clocks are right again, and an operator says that all is to be tried now; then everything has to go by itself.</summary>
    private async Task DrainAsync(CancellationToken ct)
    {
        foreach (Boat boat in new[] { _harbour.Hub, _harbour.Spoke })
        {
            boat.MendDisk();
            boat.Disk.MakeRoom();
            boat.Faults.SetClock(TimeSpan.Zero);
            if (!boat.IsRunning)
                await boat.StartUntilReadyAsync(ct);
        }

        _isDrained = true;
        while (await QueuedAsync(ct) != (0, 0))
        {
            foreach (Boat boat in new[] { _harbour.Spoke, _harbour.Hub })
                await boat.RunAsync(["queue", "retry", "--all", "--ctrl", boat.Ctrl], "", ct);
            await Task.Delay(Glance, TimeProvider.System, ct);
        }
    }

    private async Task<(long? Spoke, long? Hub)> QueuedAsync(CancellationToken ct)
    {
        // The spoke first: what it has sent in between is seen at the hub.
        long? spoke = await _harbour.Spoke.QueuedAsync(ct);
        return (spoke, await _harbour.Hub.QueuedAsync(ct));
    }

    private async Task CloseAsync(CancellationToken ct)
    {
        foreach (Boat boat in new[] { _harbour.Spoke, _harbour.Hub })
        {
            int status = await boat.StopAsync(ct);
            if (status != 0)
                _problems.Add($"{boat.Name} ended with {status} when it was asked to");
            (int code, string text) = await boat.RunAsync(["verify", boat.Disk.Folder, "--json"], "", ct);
            boat.Verifications.Add(("all", TimeSpan.Zero));
            if (code != 0)
            {
                _problems.Add($"{boat.Name}: verify ended with {code}: {text}");
                boat.Disk.CopyTo(Path.Combine(boat.Folder, "data-kept"));
            }
            else
                CheckSweeping(boat, text);
        }
    }

    /// <summary>Everything was delivered or returned: no content may be left.</summary>
    private void CheckSweeping(Boat boat, string verified)
    {
        using JsonDocument report = JsonDocument.Parse(verified);
        foreach (JsonElement check in report.RootElement.GetProperty("checks").EnumerateArray())
        {
            string what = check.GetProperty("what").GetString()!;
            long count = check.GetProperty("count").GetInt64();
            if (what == "contents of open messages" && count > 0)
                _problems.Add($"{boat.Name}: {count} messages are open after all was delivered");
        }
    }

    private StormSummary Summarize(TimeSpan time)
    {
        // Where it was stopped in the middle, much is under way.
        var judgement = new Judgement(_harbour, _submissions, _isDrained);
        (string After, TimeSpan Time)[] verified = [.. _harbour.Spoke.Verifications, .. _harbour.Hub.Verifications];
        return new StormSummary
        {
            Seed = _options.Seed,
            Packetboat = Path.GetFileName(_options.Packetboat),
            Seconds = time.TotalSeconds,
            Kills = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["spoke"] = _tormentors[0].Kills,
                ["hub"] = _tormentors[1].Kills,
            },
            DiskFaults = _tormentors
                .SelectMany(tormentor => tormentor.DiskFaults)
                .GroupBy(pair => pair.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value), StringComparer.Ordinal),
            FailedCalls = _harbour.Spoke.Faults.Failed + _harbour.Hub.Faults.Failed,
            ClockJumps = _tormentors.Sum(tormentor => tormentor.ClockJumps),
            Verifications = verified
                .GroupBy(one => one.After, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            VerifySeconds = verified.Sum(one => one.Time.TotalSeconds),
            LongestVerifySeconds = verified.Select(one => one.Time.TotalSeconds).DefaultIfEmpty().Max(),
            TimeOuts = _harbour.TimeOuts(),
            Cuts = _harbour.Cuts(),
            Attempts = _submissions.All.Count,
            Accepted = _submissions.Accepted,
            Promised = judgement.Promised,
            Delivered = judgement.Delivered,
            Bounced = judgement.Bounced,
            DeliveredAndBounced = judgement.Both,
            Duplicates = judgement.Duplicates,
            DeliveredThoughRefused = judgement.DeliveredThoughRefused,
            LongestWindowMilliseconds = judgement.LongestWindow.TotalMilliseconds,
            Lost = judgement.Lost,
            Problems = [.. _problems, .. judgement.Problems],
        };
    }

    private Tormentor TormentorOf(Boat boat, int number) =>
        new(
            boat,
            (_options.Kills + number) / 2,
            (_options.DiskFaults + number) / 2,
            (_options.ClockJumps + number) / 2,
            (_options.Backups + number) / 2,
            new Random(_options.Seed + 2000 + number)
        );
}
