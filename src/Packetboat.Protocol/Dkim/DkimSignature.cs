using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Dkim;

/// <summary>The value of a DKIM-Signature field, parsed. RFC 6376 §3.5.</summary>
/// <param name="Algorithm"><c>a=</c></param>
/// <param name="HeaderForm">The first half of <c>c=</c>.</param>
/// <param name="BodyForm">The second half of <c>c=</c>.</param>
/// <param name="Domain"><c>d=</c>, lower case.</param>
/// <param name="Selector"><c>s=</c>, lower case.</param>
/// <param name="Identity"><c>i=</c>, or <c>@</c> and the domain.</param>
/// <param name="Fields"><c>h=</c>, lower case, in order.</param>
/// <param name="BodyHash"><c>bh=</c></param>
/// <param name="Value"><c>b=</c></param>
/// <param name="Timestamp"><c>t=</c></param>
/// <param name="Expiration"><c>x=</c></param>
/// <param name="IsPartial"><c>l=</c> stands there: what follows so many octets is not signed.</param>
public sealed record DkimSignature(
    DkimAlgorithm Algorithm,
    DkimCanonicalization HeaderForm,
    DkimCanonicalization BodyForm,
    string Domain,
    string Selector,
    string Identity,
    IReadOnlyList<string> Fields,
    byte[] BodyHash,
    byte[] Value,
    DateTimeOffset? Timestamp,
    DateTimeOffset? Expiration,
    bool IsPartial
)
{
    /// <summary>The field's name, lower case.</summary>
    public const string FieldName = "dkim-signature";

    private const int HashLength = 32;

    /// <param name="value">What follows the colon.</param>
    /// <param name="signature">Null if the field is wrong.</param>
    /// <param name="fault">What is wrong; printable.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> value,
        [NotNullWhen(true)] out DkimSignature? signature,
        [NotNullWhen(false)] out string? fault
    )
    {
        signature = null;
        if (!DkimTags.TryParse(Encoding.Latin1.GetString(value), out DkimTags? tags, out fault))
            return false;
        fault = Fault(tags, out signature);
        return fault is null;
    }

    /// <summary>The domain and selector of a field, even of one that is otherwise wrong.</summary>
    public static (string Domain, string Selector) Names(ReadOnlySpan<byte> value) =>
        DkimTags.TryParse(Encoding.Latin1.GetString(value), out DkimTags? tags, out _)
            ? (Shown(tags["d"]), Shown(tags["s"]))
            : ("", "");

    /// <summary>Where the value of <c>b=</c> stands, its blanks included: it signs everything but itself. RFC 6376 §3.7.</summary>
    /// <param name="field">The whole field.</param>
    internal static Range ValueOfB(ReadOnlySpan<byte> field)
    {
        int start = field.IndexOf((byte)':') + 1;
        int over = field.EndsWith("\r\n"u8) ? field.Length - 2 : field.Length;
        while (start < over)
        {
            int semicolon = field[start..over].IndexOf((byte)';');
            int end = semicolon < 0 ? over : start + semicolon;
            int equal = field[start..end].IndexOf((byte)'=');
            if (equal >= 0 && field.Slice(start, equal).Trim(" \t\r\n"u8) is [(byte)'b'])
                return (start + equal + 1)..end;
            start = end + 1;
        }

        return over..over;
    }

    private static string Shown(string? name) => PrintableText.Ascii(name ?? "", 255).ToLowerInvariant();

    private static string? Fault(DkimTags tags, out DkimSignature? signature)
    {
        signature = null;
        if (tags["v"] is not "1")
            return "v= is not 1";
        if (AlgorithmOf(tags["a"]) is not { } algorithm)
            return $"a={PrintableText.Ascii(tags["a"] ?? "", 40)} is unknown";
        if (!TryForms(tags["c"], out DkimCanonicalization header, out DkimCanonicalization body))
            return $"c={PrintableText.Ascii(tags["c"] ?? "", 40)} is unknown";
        if (tags["d"] is not { } domain || !MailAddress.IsDomain(domain) || domain[0] == '[')
            return "d= names no domain";
        if (tags["s"] is not { } selector || !MailAddress.IsDomain(selector) || selector[0] == '[')
            return "s= names no selector";
        if (tags["q"] is { } query && !DkimTags.List(query).Contains("dns/txt", StringComparer.OrdinalIgnoreCase))
            return "q= asks for something else than dns/txt";
        if (
            !DkimTags.TryBase64(tags["bh"], out byte[] hash)
            || (algorithm is not DkimAlgorithm.RsaSha1 && hash.Length != HashLength)
        )
            return "bh= is no hash";
        if (!DkimTags.TryBase64(tags["b"], out byte[] value) || value.Length == 0)
            return "b= is no signature";
        string[] fields = DkimTags.List((tags["h"] ?? "").ToLowerInvariant());
        if (!fields.Contains("from", StringComparer.Ordinal))
            return "h= leaves From unsigned"; // RFC 6376 §5.4
        if (!TrySeconds(tags["t"], out DateTimeOffset? made) || !TrySeconds(tags["x"], out DateTimeOffset? over) || over < made)
            return "t= or x= is no time, or the end is before the beginning";
        string identity = tags["i"] ?? $"@{domain}";
        if (!IsWithin(identity, domain))
            return "i= is not in the domain of d=";
        signature = new DkimSignature(
            algorithm,
            header,
            body,
            domain.ToLowerInvariant(),
            selector.ToLowerInvariant(),
            PrintableText.Ascii(identity, 320),
            fields,
            hash,
            value,
            made,
            over,
            tags["l"] is not null
        );
        return null;
    }

    private static DkimAlgorithm? AlgorithmOf(string? name) =>
        name?.ToLowerInvariant() switch
        {
            "rsa-sha256" => DkimAlgorithm.RsaSha256,
            "ed25519-sha256" => DkimAlgorithm.Ed25519Sha256,
            "rsa-sha1" => DkimAlgorithm.RsaSha1,
            _ => null,
        };

    /// <summary>Simple unless said; the body's half may be left out.</summary>
    private static bool TryForms(string? text, out DkimCanonicalization header, out DkimCanonicalization body)
    {
        (header, body) = (DkimCanonicalization.Simple, DkimCanonicalization.Simple);
        string[] halves = (text ?? "simple").ToLowerInvariant().Split('/');
        return halves.Length <= 2 && TryForm(halves[0], out header) && (halves.Length == 1 || TryForm(halves[1], out body));
    }

    private static bool TryForm(string text, out DkimCanonicalization form)
    {
        form = text == "relaxed" ? DkimCanonicalization.Relaxed : DkimCanonicalization.Simple;
        return text is "relaxed" or "simple";
    }

    /// <summary>Up to twelve digits; more than a calendar has is the calendar's end. RFC 6376 §3.5.</summary>
    private static bool TrySeconds(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null)
            return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
            return false;
        time = DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        return true;
    }

    private static bool IsWithin(string identity, string domain)
    {
        int at = identity.LastIndexOf('@');
        string its = identity[(at + 1)..];
        return at >= 0
            && (
                its.Equals(domain, StringComparison.OrdinalIgnoreCase)
                || its.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase)
            );
    }
}
