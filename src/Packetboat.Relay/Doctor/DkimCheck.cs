using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Signing;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether the DNS has the public half of each key that signs, and whether there is one for our domain.</summary>
internal sealed class DkimCheck : Check
{
    public override string Name => "dkim";

    public override string Title => "DKIM";

    public override bool NeedsDns => true;

    public override bool NeedsSettings => true;

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        DkimKeys keys = await facts.DkimAsync();
        if (keys.Faults.Count > 0)
            return Warning(keys.Faults[0], "mail goes out without the signature of this key", "Mend the file, or remove it");
        var missing = keys.Keys.FirstOrDefault(one =>
            one.State is DkimKeyState.Used && one.Found.State is DkimPublicationState.Missing
        );
        if (missing.Key is not null)
            return Failure(
                $"{DkimKeys.NameOf(missing.Key)}: {missing.Found.Words}",
                "mail that this key signs is not believed: nobody can verify the signature",
                "Publish the record of the key",
                RecordOf(missing.Key)
            );
        var waiting = keys.Keys.FirstOrDefault(one =>
            one.State is DkimKeyState.New && one.Found.State is DkimPublicationState.Missing
        );
        if (waiting.Key is not null)
            return Warning(
                $"{DkimKeys.NameOf(waiting.Key)}: {waiting.Found.Words}",
                "the key is new, and signs only when its record is there",
                "Publish the record of the key; a running server uses it then by itself",
                RecordOf(waiting.Key)
            );
        return WhoSigns(facts, keys);
    }

    private Finding WhoSigns(Facts facts, DkimKeys keys)
    {
        string[] signing =
        [
            .. keys
                .Keys.Where(one => one.State is DkimKeyState.Used)
                .Select(one => $"{DkimKeys.NameOf(one.Key)} {one.Found.Words}"),
        ];
        string domain = facts.Subject.Domain ?? facts.Subject.HostName;
        return signing.Length > 0
            ? Ok(string.Join(", ", signing))
            : Warning(
                "mail is not signed",
                "large receivers believe signed mail sooner, and want it from those who send much",
                $"Make a key and publish what it prints: packetboat dkim new {domain}"
            );
    }

    private static DnsRecord RecordOf(DkimSigningKey key) => DnsRecord.Text(DkimKeys.NameOf(key), key.Key.Record);
}
