using System.Globalization;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether there is room for mail.</summary>
internal sealed class DiskCheck(Func<string, long> free) : Check
{
    public override string Name => "disk";

    public override string Title => "Disk";

    public override bool NeedsSettings => true;

    public DiskCheck()
        : this(FreeSpace.OnDiskOf) { }

    public override Task<Finding> ExamineAsync(Facts facts, CancellationToken ct) =>
        Task.FromResult(Examine(facts.Subject.Effective));

    private Finding Examine(Settings settings)
    {
        string data = settings.Packetboat.DataDirectory;
        long reserve = settings.Packetboat.DiskReserve;
        long left = free(data);
        string words = string.Create(
            CultureInfo.InvariantCulture,
            $"{left >> 20} MiB are free for {data}, DiskReserve keeps {reserve >> 20} MiB"
        );
        return left == long.MaxValue ? NotChecked($"the system does not say how much is free for {data}")
            : left < reserve ? Failure(words, "no mail is taken until there is room", $"Make room on the disk of {data}")
            : left < 2 * reserve ? Warning(words, "it will soon be too little", $"Make room on the disk of {data}")
            : Ok(words);
    }
}
