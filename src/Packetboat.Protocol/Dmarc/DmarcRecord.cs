using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Packetboat.Protocol.Dkim;

namespace Packetboat.Protocol.Dmarc;

/// <summary>What a domain asks of receivers for mail that is not shown to be its own. RFC 7489 §6.3.</summary>
public enum DmarcPolicy
{
    None,
    Quarantine,
    Reject,
}

/// <summary>A domain's record, parsed. RFC 7489 §6.3.</summary>
/// <param name="Policy"><c>p=</c></param>
/// <param name="SubdomainPolicy"><c>sp=</c>, else <c>p=</c>.</param>
/// <param name="Percent"><c>pct=</c>, to how much of the mail the policy is applied.</param>
/// <param name="IsDkimStrict"><c>adkim=s</c></param>
/// <param name="IsSpfStrict"><c>aspf=s</c></param>
/// <param name="Reports"><c>rua=</c>, as it stands there; null: nowhere.</param>
public sealed record DmarcRecord(
    DmarcPolicy Policy,
    DmarcPolicy SubdomainPolicy,
    int Percent = 100,
    bool IsDkimStrict = false,
    bool IsSpfStrict = false,
    string? Reports = null
)
{
    private const string Version = "DMARC1";

    /// <summary>Whether a TXT record is meant to be one. RFC 7489 §6.6.3.</summary>
    public static bool IsMeant(string text)
    {
        int end = text.IndexOf(';', StringComparison.Ordinal);
        string[] tag = (end < 0 ? text : text[..end]).Split('=', 2, StringSplitOptions.TrimEntries);
        return tag is ["v", Version];
    }

    /// <summary>What is wrong in a tag that may be missing counts as if it was. RFC 7489 §6.3, §6.6.3.</summary>
    /// <param name="text">For which <see cref="IsMeant"/> holds.</param>
    /// <param name="record">Null if it says nothing that can be done.</param>
    /// <param name="fault">What is wrong; printable.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DmarcRecord? record, [NotNullWhen(false)] out string? fault)
    {
        record = null;
        fault = "it does not begin with v=DMARC1";
        if (!IsMeant(text) || !DkimTags.TryParse(text, out DkimTags? tags, out fault))
            return false;

        string? reports = tags["rua"] is { } uris && HasUri(uris) ? uris : null;
        bool isRight = TryPolicy(tags["p"], out DmarcPolicy policy);
        bool isSubdomainRight = TryPolicy(tags["sp"] ?? tags["p"], out DmarcPolicy subdomains);
        if (!isRight || !isSubdomainRight)
        {
            if (reports is null)
            {
                fault = isRight ? "sp= is no policy" : "p= is no policy";
                return false;
            }

            (policy, subdomains) = (DmarcPolicy.None, DmarcPolicy.None);
        }

        bool isPercent =
            int.TryParse(tags["pct"], NumberStyles.None, CultureInfo.InvariantCulture, out int percent) && percent <= 100;
        record = new DmarcRecord(
            policy,
            subdomains,
            isPercent ? percent : 100,
            IsStrict(tags["adkim"]),
            IsStrict(tags["aspf"]),
            reports
        );
        return true;
    }

    private static bool TryPolicy(string? text, out DmarcPolicy policy)
    {
        (policy, bool known) = text?.ToLowerInvariant() switch
        {
            "none" => (DmarcPolicy.None, true),
            "quarantine" => (DmarcPolicy.Quarantine, true),
            "reject" => (DmarcPolicy.Reject, true),
            _ => (DmarcPolicy.None, false),
        };
        return known;
    }

    private static bool IsStrict(string? text) => text is "s" or "S";

    private static bool HasUri(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries)
            .Any(uri =>
                Uri.TryCreate(uri.Split('!')[0], UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeMailto
            );
}
