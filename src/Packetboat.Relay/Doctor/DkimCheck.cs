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
        var missing = Missing(keys, DkimKeyState.Used);
        if (missing.Length > 0)
            return Failure(
                Words(missing),
                "mail that this key signs is not believed: nobody can verify the signature",
                "Publish the record of the key",
                [.. missing.Select(one => RecordOf(one.Key))]
            );
        var waiting = Missing(keys, DkimKeyState.New);
        if (waiting.Length > 0)
            return Warning(
                Words(waiting),
                "the key is new, and signs only when its record is there",
                "Publish the record of the key; a running server uses it then by itself",
                [.. waiting.Select(one => RecordOf(one.Key))]
            );
        return WhoSigns(facts, keys);
    }

    /// <summary>Of a new pair both are wanted.</summary>
    private static (DkimSigningKey Key, DkimPublication Found)[] Missing(DkimKeys keys, DkimKeyState state) =>
        [
            .. keys
                .Keys.Where(one => one.State == state && one.Found.State is DkimPublicationState.Missing)
                .Select(one => (one.Key, one.Found)),
        ];

    private static string Words((DkimSigningKey Key, DkimPublication Found)[] missing) =>
        string.Join("; ", missing.Select(one => $"{DkimKeys.NameOf(one.Key)}: {one.Found.Words}"));

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
