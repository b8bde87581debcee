using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Spf;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether our domain lets the host send that really does: this one, or the relay.</summary>
internal sealed class SpfCheck : DomainRecordCheck
{
    private const string Version = "v=spf1";

    public override string Name => "spf";

    public override string Title => "SPF";

    protected override async Task<Finding> ExamineAsync(Facts facts, string domain, CancellationToken ct)
    {
        if (await facts.SpfAsync() is not { } verdict)
        {
            string why = await facts.SeenRelayAsync() is null ? await facts.WhyNotOwnAsync() : "";
            return NotChecked(why.Length > 0 ? why : "the address that mail leaves from is not known");
        }

        string words = $"{verdict.Word}: {verdict.Reason}";
        if (verdict.Result == SpfResult.Pass)
            return Ok(words);
        if (verdict.Result == SpfResult.TempError)
            return NotChecked(words);
        string host = await facts.SeenRelayAsync() is { } relay
            ? $"{relay.Server}, through which mail leaves"
            : $"the address that mail leaves from ({string.Join(", ", await facts.LeavingFromAsync())})";
        string cause = verdict.Result switch
        {
            SpfResult.None => $"{domain} does not say who may send for it",
            SpfResult.PermError => "receivers go by no record that they cannot read",
            _ => $"{domain} does not name {host}",
        };
        DnsRecord record = await RecordAsync(facts, domain, ct);
        if (await facts.IsSpfInDoubtAsync(ct))
            return Warning(
                words,
                $"the address of {host}, is not in the record; whether the records that it takes in have those that it sends from is not known",
                "Write the addresses that the relay sends from into SendingAddresses of packetboat.ini. If they are not in the record, publish this one",
                record
            );
        string remedy = "Publish this one, and no other of SPF";
        if (await GuessedRelayAsync(facts) is { } guessed)
            remedy +=
                $". If {guessed.Server} sends from other addresses than its name has, write those into SendingAddresses of packetboat.ini first";
        // With a signature that is verified most receivers do without.
        bool isSigned = (await facts.DkimAsync()).Verdicts.Any(one => one.Domain == domain);
        bool isMild = verdict.Result is SpfResult.Neutral or SpfResult.SoftFail || (verdict.Result is SpfResult.None && isSigned);
        return isMild ? Warning(words, cause, remedy, record) : Failure(words, cause, remedy, record);
    }

    /// <summary>What is there, with the host that sends in front: the first mechanism that fits counts. RFC 7208 §4.6.2.</summary>
    private static async Task<DnsRecord> RecordAsync(Facts facts, string domain, CancellationToken ct)
    {
        string present =
            await RecordOfAsync(facts.Resolver, domain, ct) is { } text && SpfRecord.TryParse(text, out _, out _)
                ? text[Version.Length..].Trim()
                : "";
        string rest = present.Length > 0 ? present : "-all";
        return DnsRecord.Text(domain, $"{Version} {await SendersAsync(facts, ct)} {rest}");
    }

    private static async Task<string> SendersAsync(Facts facts, CancellationToken ct)
    {
        if (await GuessedRelayAsync(facts) is { } relay && Subject.DomainIn(relay.Server) is not null)
            return await RecordOfAsync(facts.Resolver, relay.Server, ct) is null
                ? $"a:{relay.Server}"
                : $"include:{relay.Server}";
        return string.Join(' ', (await facts.LeavingFromAsync()).Select(Term));
    }

    /// <summary>A relay of which nobody has said from which addresses it sends.</summary>
    private static async Task<RelaySettings?> GuessedRelayAsync(Facts facts) =>
        facts.Subject.Effective.Packetboat.SendingAddresses.Count == 0 ? await facts.SeenRelayAsync() : null;

    private static string Term(IPAddress address) =>
        $"{(address.AddressFamily == AddressFamily.InterNetwork ? "ip4" : "ip6")}:{address}";

    private static async Task<string?> RecordOfAsync(IResolver resolver, string name, CancellationToken ct) =>
        (await resolver.TextAsync(name, ct) as DnsAnswer<string>.Found)?.Records.FirstOrDefault(SpfRecord.IsMeant);
}
