using Packetboat.Commands;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Signing;

namespace Packetboat.Joining;

/// <summary>
/// What a new node publishes: the records that the hub gave, and those of its own DKIM keys, which are made where its domain has none. They
/// sign nothing before their records are seen in the DNS, so that to make them early harms nobody.
/// </summary>
/// <param name="settings">With the hub's lines in them.</param>
/// <param name="desk">Where the sysop reads.</param>
/// <param name="time">The clock.</param>
internal sealed class JoinRecords(Settings settings, IJoinDesk desk, TimeProvider time)
{
    private const string Selector = "mail";

    /// <returns>The keys that were made; none where there were some, or the domain is not known.</returns>
    public IReadOnlyList<StoredDkimKey> Show(JoinAnswer joined)
    {
        desk.Say("");
        desk.Say("Publish in your DNS:");
        foreach (RecordToPublish record in joined.Records)
        {
            desk.Say(
                string.IsNullOrEmpty(record.Name)
                    ? $"  (each domain that you send from) {record.Type} \"{record.Value}\""
                    : $"  {new DnsRecord(record.Name, record.Type, record.Value).ZoneLine}"
            );
            desk.Say($"    {record.Purpose}");
        }

        IReadOnlyList<StoredDkimKey> made = [];
        if (DomainOf(joined) is not { } domain)
            desk.Say(
                "  DKIM: make keys for each domain that you send from, and publish what this prints: packetboat dkim new DOMAIN"
            );
        else if (!IsShownOfSynchronet(domain))
            made = ShowOfFolder(domain);
        desk.Say("");
        return made;
    }

    /// <summary>The domain that the hub's records are for. It becomes the name of a file, so it must be one.</summary>
    private static string? DomainOf(JoinAnswer joined) =>
        joined
            .Records.Select(record => record.Name ?? "")
            .FirstOrDefault(name => name is not ("" or ['_', ..] or ['[', ..]) && MailAddress.IsDomain(name))
            is { } found
            ? MailAddress.Parse($"x@{found}").AsciiDomain
            : null;

    /// <summary>Where <c>DKIMSign</c> signs for the domain already, its key is enough.</summary>
    private bool IsShownOfSynchronet(string domain)
    {
        MailSettings mail = settings.Mail;
        string file = Path.Combine(settings.CtrlDirectory, $"dkim_{mail.DkimSelector}.pem");
        if (
            !mail.DkimSign
            || !mail.DkimDomain.Equals(domain, StringComparison.OrdinalIgnoreCase)
            || !File.Exists(file)
            || !DkimPrivateKey.TryRead(File.ReadAllText(file), out DkimPrivateKey? key, out _)
        )
            return false;
        using (key)
            Say(DkimKeyReport.Of(domain, mail.DkimSelector, key), "which signs by DKIMSign already");
        return true;
    }

    private IReadOnlyList<StoredDkimKey> ShowOfFolder(string domain)
    {
        var folder = new DkimKeyFolder(settings.Packetboat.DataDirectory, time);
        IReadOnlyList<StoredDkimKey> there =
        [
            .. folder.Read(out _).Where(key => key.Domain == domain && key.State is DkimKeyState.New or DkimKeyState.Used),
        ];
        Result<IReadOnlyList<StoredDkimKey>>? added = there.Count == 0 ? folder.AddPair(domain, Selector) : null;
        if (added?.Refusal is { } refusal)
            desk.Fail($"no DKIM keys were made: {refusal}");
        foreach (StoredDkimKey key in added?.Value ?? there)
            Say(
                DkimKeyReport.Of(key),
                key.State is DkimKeyState.Used ? "which signs already" : "which signs as soon as this record is found in the DNS"
            );
        return added?.Value ?? [];
    }

    private void Say(DkimKeyReport key, string state)
    {
        desk.Say($"  {key.ZoneLine}");
        desk.Say($"    DKIM: receivers see that mail of {key.Domain} is yours; the {key.Algorithm} key of this node, {state}");
    }
}
