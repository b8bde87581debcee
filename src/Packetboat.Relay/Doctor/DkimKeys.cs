using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Signing;

namespace Packetboat.Relay.Doctor;

/// <summary>The keys that sign, or wait to, and whether the DNS has their records.</summary>
/// <param name="Keys">Each with what was found.</param>
/// <param name="Faults">What is no key; each a line.</param>
internal sealed record DkimKeys(
    IReadOnlyList<(DkimSigningKey Key, DkimKeyState State, DkimPublication Found)> Keys,
    IReadOnlyList<string> Faults
)
{
    private const int MaxOctets = 64 * 1024;

    /// <summary>The domains whose mail leaves with a signature that can be verified, as a receiver would see it.</summary>
    public IReadOnlyList<DkimVerdict> Verdicts =>
        [
            .. Keys.Where(one => one.State is DkimKeyState.Used && one.Found.State is DkimPublicationState.Published)
                .Select(one => new DkimVerdict(DkimResult.Pass, one.Key.Domain, one.Key.Selector, "published")),
        ];

    public static async Task<DkimKeys> OfAsync(Facts facts, CancellationToken ct)
    {
        if (facts.Subject.Settings is not { } settings)
            return new DkimKeys([], []);
        var faults = new List<string>();
        List<(DkimSigningKey Key, DkimKeyState State)> keys =
        [
            .. InFolder(settings, facts.Time, faults),
            .. OfSystem(settings, faults),
        ];
        DkimPublication[] found = await Task.WhenAll(
            keys.Select(one => DkimPublication.OfAsync(facts.Resolver, NameOf(one.Key), one.Key.Key, ct).AsTask())
        );
        return new DkimKeys([.. keys.Select((one, i) => (one.Key, one.State, found[i]))], faults);
    }

    public static string NameOf(DkimSigningKey key) => $"{key.Selector}{DkimKeyFolder.Middle}{key.Domain}";

    private static IEnumerable<(DkimSigningKey, DkimKeyState)> InFolder(Settings settings, TimeProvider time, List<string> faults)
    {
        try
        {
            IReadOnlyList<StoredDkimKey> stored = new DkimKeyFolder(settings.Packetboat.DataDirectory, time).Read(
                out IReadOnlyList<string> wrong
            );
            faults.AddRange(wrong);
            return stored.Select(key => (new DkimSigningKey(key.Domain, key.Selector, key.Key), key.State));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            faults.Add(failure.Message);
            return [];
        }
    }

    /// <summary>Synchronet's one key.</summary>
    private static IEnumerable<(DkimSigningKey, DkimKeyState)> OfSystem(Settings settings, List<string> faults)
    {
        MailSettings mail = settings.Mail;
        if (!mail.DkimSign || Subject.DomainIn(mail.DkimDomain) is not { } domain)
            return [];
        string file = Path.Combine(settings.CtrlDirectory, $"dkim_{mail.DkimSelector}.pem");
        (byte[]? octets, string fault) = BoundedFile.Read(file, MaxOctets);
        if (
            octets is not null
            && DkimPrivateKey.TryRead(Encoding.Latin1.GetString(octets), out DkimPrivateKey? key, out string? wrong)
        )
            return [(new DkimSigningKey(domain, mail.DkimSelector, key), DkimKeyState.Used)];
        faults.Add($"{file}: {(octets is null ? fault : "it is no key")}");
        return [];
    }
}
