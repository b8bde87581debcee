using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>The first line is the record of <c>d.example</c>, the rest a header whose From is looked at.</summary>
internal sealed class DmarcTarget : IFuzzTarget
{
    public string Name => "dmarc";

    public string What => "a DMARC record and a header";

    public IReadOnlyList<string> Words { get; } =
    [
        "v=DMARC1; ",
        "p=reject; ",
        "sp=quarantine; ",
        "pct=50; ",
        "adkim=s; aspf=s; ",
        "rua=mailto:a@d.example!10m; ",
        "From: a@d.example\r\n",
        "From: x: a@b.d.example, =?utf-8?q?x?= <c@e.example>;\r\n",
        "\r\n\t",
        "\r\n\r\n",
        "\n",
        "co.uk",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        string record = Encoding.UTF8.GetString(end < 0 ? input : input[..end]);
        var header = new HeaderBlock();
        header.Append(end < 0 ? [] : input[(end + 1)..]);
        header.Complete();

        if (DmarcRecord.TryParse(record, out DmarcRecord? parsed, out string? fault))
            Check.That(parsed.Percent is >= 0 and <= 100, $"{parsed.Percent} %");
        else
            Check.IsPrintable(fault, "a fault");
        foreach (HeaderField from in header.Named("from"))
            CheckAuthors(AuthorList.Read(header.Value(from)));
        if (!AuthorList.TryReadDomains(header, out IReadOnlyList<string>? authors, out string? why))
        {
            Check.IsPrintable(why, "a fault");
            return HashCode.Combine(KindOf(parsed), why.Length);
        }

        foreach (string author in authors)
        {
            Check.That(Ascii.IsValid(author), "a domain for the resolver is not ASCII");
            string organization = PublicSuffixList.Embedded.OrganizationalDomain(author);
            Check.Same(organization, PublicSuffixList.Embedded.OrganizationalDomain(organization), "an organization's domain");
            Check.That(
                author.TrimEnd('.').EndsWith(organization, StringComparison.Ordinal),
                $"{organization} is not above {author}"
            );
        }

        var zone = new ZoneResolver($"_dmarc.d.example TXT {record}");
        Task<DmarcVerdict> evaluating = new DmarcEvaluator(zone, PublicSuffixList.Embedded)
            .EvaluateAsync(
                authors,
                new SpfVerdict(SpfResult.Pass, "d.example", "yes"),
                [new DkimVerdict(DkimResult.None, "", "", "no")],
                CancellationToken.None
            )
            .AsTask();
        Check.That(evaluating.IsCompleted, "the evaluation waits for nothing");
        DmarcVerdict verdict = evaluating.GetAwaiter().GetResult();
        Check.IsPrintable(verdict.Reason, "a reason");
        return HashCode.Combine(verdict.Result, verdict.Policy, KindOf(parsed), authors.Count);
    }

    private static void CheckAuthors(AuthorList authors)
    {
        if (authors.Fault is { } fault)
            Check.IsPrintable(fault, "what is wrong with From");
        else
            Check.That(authors.Addresses.Count > 0, "a From without a fault has no address");
        Check.That(
            authors.Addresses.All(author => authors.Domains.Contains(author.AsciiDomain)),
            "an author's domain is not among the domains"
        );
    }

    private static int KindOf(DmarcRecord? record) =>
        record is null
            ? 0
            : HashCode.Combine(
                record.Policy,
                record.SubdomainPolicy,
                record.IsDkimStrict,
                record.IsSpfStrict,
                record.Percent / 25
            );
}
