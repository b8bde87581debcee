using System.Collections.Concurrent;
using Packetboat.Torture.Shim;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Storm;

/// <summary>Does harm to one installation, one thing after another, until it has done its share.</summary>
internal sealed class Tormentor(Boat boat, int kills, int diskFaults, int clockJumps, int backups, Random dice)
{
    private int _kills;
    private int _disks;
    private int _clocks;
    private int _backups;

    /// <summary>By kind.</summary>
    public ConcurrentDictionary<string, int> DiskFaults { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Problems { get; } = new();

    public int Kills => _kills;

    public int ClockJumps => _clocks;

    public async Task RunAsync(CancellationToken ct)
    {
        while (_kills < kills || _disks < diskFaults || _clocks < clockJumps || _backups < backups)
        {
            await PauseAsync(20, 700, ct);
            if (boat.Ended is { } code)
                throw new InvalidOperationException($"{boat.Name} ended by itself with {code}");
            // In proportion to what is left, so that all of it is spread over the whole time.
            int pick = dice.Next(kills - _kills + diskFaults - _disks + clockJumps - _clocks + backups - _backups);
            if (pick < kills - _kills)
                await KillAsync(ct);
            else if (pick < kills - _kills + diskFaults - _disks)
                await SpoilDiskAsync(ct);
            else if (pick < kills - _kills + diskFaults - _disks + clockJumps - _clocks)
                await JumpClockAsync(ct);
            else
                await BackUpAsync(ct);
        }
    }

    private async Task KillAsync(CancellationToken ct)
    {
        boat.Kill();
        _kills++;
        await boat.VerifyDeadAsync("kill", ct);
        await PauseAsync(0, 300, ct);
        if (_kills < kills && dice.Next(10) == 0)
        {
            // While it starts.
            await boat.StartAsync();
            await PauseAsync(0, 250, ct);
            boat.Kill();
            _kills++;
            await boat.VerifyDeadAsync("kill", ct);
        }

        await boat.StartUntilReadyAsync(ct);
    }

    private async Task SpoilDiskAsync(CancellationToken ct)
    {
        _disks++;
        boat.BeginBadDisk();
        string kind = boat.Disk.CanBeFull && dice.Next(4) == 0 ? FillDisk() : SpoilCalls();
        DiskFaults.AddOrUpdate(kind, 1, (_, count) => count + 1);
        await PauseAsync(20, 1500, ct);
        // Power often goes with the disk.
        bool isKilled = _kills < kills && dice.Next(3) == 0;
        if (isKilled)
        {
            boat.Kill();
            _kills++;
            await boat.VerifyDeadAsync("kill with a bad disk", ct);
        }

        bool isMendedFirst = dice.Next(2) == 0;
        if (isKilled && !isMendedFirst)
            await boat.StartUntilReadyAsync(ct);
        boat.Disk.MakeRoom();
        boat.MendDisk();
        if (isKilled && isMendedFirst)
            await boat.StartUntilReadyAsync(ct);
        await boat.VerifyRunningAsync("disk fault", ct);
    }

    private string FillDisk()
    {
        boat.Disk.Fill(dice.Next(64 * 1024));
        return "full";
    }

    private string SpoilCalls()
    {
        int oneIn = dice.Next(3) switch
        {
            0 => 1,
            1 => 3,
            _ => 15,
        };
        switch (dice.Next(5))
        {
            case 0:
                boat.Faults.SpoilDisk(FaultControl.BadDisk, 0, oneIn, torn: dice.Next(2) == 0);
                return "write EIO";
            case 1:
                boat.Faults.SpoilDisk(FaultControl.NoSpace, 0, oneIn, torn: dice.Next(2) == 0);
                return "write ENOSPC";
            case 2:
                boat.Faults.SpoilDisk(0, FaultControl.BadDisk, oneIn, torn: false);
                return "sync EIO";
            case 3:
                boat.Faults.SpoilDisk(FaultControl.ReadOnly, 0, 1, torn: false);
                return "read-only EROFS";
            default:
                boat.Faults.SpoilDisk(FaultControl.BadDisk, FaultControl.BadDisk, oneIn, torn: true);
                return "write and sync EIO";
        }
    }

    /// <summary>Not so far that mail becomes too old between two jumps: that it goes back then is as it should be.</summary>
    private async Task JumpClockAsync(CancellationToken ct)
    {
        _clocks++;
        var wrongBy = TimeSpan.FromHours((dice.NextDouble() - 0.5) * 96);
        boat.Tell($"clock wrong by {wrongBy}");
        boat.Faults.SetClock(wrongBy);
        await boat.VerifyRunningAsync("clock jump", ct);
    }

    /// <summary>While mail goes in and out.</summary>
    private Task BackUpAsync(CancellationToken ct)
    {
        _backups++;
        return boat.BackUpAsync(ct);
    }

    private Task PauseAsync(int least, int most, CancellationToken ct) =>
        Task.Delay(TimeSpan.FromMilliseconds(dice.Next(least, most)), TimeProvider.System, ct);
}
