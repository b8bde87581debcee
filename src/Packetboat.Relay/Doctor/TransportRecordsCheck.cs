using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Whether the domain asks senders for TLS (MTA-STS, RFC 8461) and for reports about it (TLS-RPT, RFC 8460). Both are voluntary; a record that
/// is wrong is worse than none.
/// </summary>
internal class TransportRecordsCheck(string name, string title, string label, string version, string example) : DomainRecordCheck
{
    public static TransportRecordsCheck TlsReports { get; } =
        new("tls-rpt", "TLS-RPT", "_smtp._tls", "v=TLSRPTv1", "v=TLSRPTv1; rua=mailto:postmaster@");

    public override string Name => name;

    public override string Title => title;

    protected sealed override async Task<Finding> ExamineAsync(Facts facts, string domain, CancellationToken ct)
    {
        string at = $"{label}.{domain}";
        switch (await facts.Resolver.TextAsync(at, ct))
        {
            case DnsAnswer<string>.TemporaryFailure failure:
                return NotChecked($"{at}: {failure.Reason}");
            case DnsAnswer<string>.Found found:
                string[] meant = [.. found.Records.Where(IsMeant)];
                DnsRecord right = RightRecord(facts, at, domain);
                return meant switch
                {
                    [] => Warning($"{at} is something else", "senders take it for none", "Publish this, or nothing", right),
                    [var one] when HasValue(one) => await ExamineAsync(facts, domain, $"{at}: {one}", ct),
                    [_] => Warning(
                        $"{at} says too little: {meant[0]}",
                        "senders take it for none",
                        "Publish this, or nothing",
                        right
                    ),
                    _ => Warning($"{at} has {meant.Length} records", "senders take several for none", "Leave one of them"),
                };
            default:
                return await NotPublishedAsync(facts, at, domain, ct);
        }
    }

    /// <summary>There is no record. One is worth something where reports can arrive.</summary>
    protected virtual async Task<Finding> NotPublishedAsync(Facts facts, string at, string domain, CancellationToken ct) =>
        await HostsAsync(facts, domain, ct) is not null
            ? Ok(
                "not published; it is voluntary, and concerns mail to you: others then tell the mailbox in it each day whether they could reach you by TLS",
                RightRecord(facts, at, domain)
            )
            : Ok("not published; it is voluntary, and concerns mail to you");

    /// <summary>Who takes the domain's mail; null: it has nowhere to go.</summary>
    protected static async Task<IReadOnlyList<string>?> HostsAsync(Facts facts, string domain, CancellationToken ct) =>
        (MxHosts.Of(domain, await facts.Resolver.MxAsync(domain, ct), _ => false, Random.Shared) as MailHosts.Found)?.Names;

    /// <summary>The record is as it should be: what it leads to.</summary>
    protected virtual Task<Finding> ExamineAsync(Facts facts, string domain, string words, CancellationToken ct) =>
        Task.FromResult(Ok(words));

    protected virtual DnsRecord RightRecord(Facts facts, string at, string domain) =>
        DnsRecord.Text(at, example.EndsWith('@') ? $"{example}{domain}" : example);

    private bool IsMeant(string text) =>
        text.StartsWith(version, StringComparison.Ordinal)
        && (text.Length == version.Length || text[version.Length] is ';' or ' ');

    /// <summary>The tag without which the record is of no use: <c>id</c>, RFC 8461 §3.1, or <c>rua</c>, RFC 8460 §3.</summary>
    private bool HasValue(string text)
    {
        string tag = example[(example.IndexOf(' ', StringComparison.Ordinal) + 1)..(example.IndexOf('=', version.Length) + 1)];
        return text.Split(';', StringSplitOptions.TrimEntries)
            .Any(part => part.StartsWith(tag, StringComparison.Ordinal) && part.Length > tag.Length);
    }
}
