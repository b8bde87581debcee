using System.Globalization;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Dkim;

/// <summary>A domain's key, and the name under which receivers find its public half.</summary>
/// <param name="Domain"><c>d=</c>, A-labels.</param>
/// <param name="Selector"><c>s=</c></param>
/// <param name="Key">The caller's to dispose of.</param>
public sealed record DkimSigningKey(string Domain, string Selector, DkimPrivateKey Key);

/// <summary>How to sign.</summary>
/// <param name="HeaderForm">Of the header.</param>
/// <param name="BodyForm">Of the body.</param>
/// <param name="Lifetime">Until the signature expires; null: it does not.</param>
public sealed record DkimSigningOptions(
    DkimCanonicalization HeaderForm = DkimCanonicalization.Relaxed,
    DkimCanonicalization BodyForm = DkimCanonicalization.Relaxed,
    TimeSpan? Lifetime = null
);

/// <summary>Writes the field that signs a message, to be put in front of it. RFC 6376 §5. The message itself is not touched.</summary>
public static class DkimSigner
{
    private const int MaxLine = 76;

    /// <summary>
    /// What a reader sees and what a relay has no reason to change. RFC 6376 §5.4.1. Each of the first ones may stand once in a message
    /// (RFC 5322 §3.6): that there is no second is signed too, where there is one, so that nobody can add another for a reader to see.
    /// </summary>
    private static readonly string[] Once =
    [
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ];

    private static readonly string[] Other =
    [
        "content-id",
        "content-description",
        "content-disposition",
        "tls-required",
        "tls-report-domain",
        "tls-report-submitter",
        "list-id",
        "list-help",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-subscribe",
        "list-post",
        "list-owner",
        "list-archive",
        "resent-date",
        "resent-from",
        "resent-sender",
        "resent-to",
        "resent-cc",
        "resent-message-id",
    ];

    /// <param name="message">Complete, and made for <see cref="DkimSigningOptions.BodyForm"/>.</param>
    /// <param name="key">Whose.</param>
    /// <param name="options">How.</param>
    /// <param name="now">The signature's time.</param>
    /// <param name="refusal">Why there is no field, null where there is one.</param>
    /// <returns>The field with its CRLF; empty: the message is not to be signed with this key.</returns>
    public static byte[] Sign(
        DkimMessage message,
        DkimSigningKey key,
        DkimSigningOptions options,
        DateTimeOffset now,
        out string? refusal
    )
    {
        HeaderBlock header = message.Header;
        refusal =
            header.IsTooLarge ? $"a header of more than {HeaderBlock.MaxOctets} octets is not read"
            : header.Fields is [{ } first, ..] && header.Octets(first)[0] is (byte)' ' or (byte)'\t'
                ? "its first line would become part of the signature"
            : header.Last("from") is null ? "a message without From cannot be signed" // RFC 6376 §5.4
            : HasSignatureOf(header, key) ? $"it has a signature of {key.Domain} with the key {key.Selector} already"
            : null;
        if (refusal is not null)
            return [];

        List<string> names = NamesFor(header);
        string unsigned = Unsigned(message, key, options, names, now);
        byte[] hash = DkimHeaderHash.Of(header, names, options.HeaderForm, Encoding.UTF8.GetBytes(unsigned));
        return Encoding.UTF8.GetBytes($"{unsigned}{Folded(Convert.ToBase64String(key.Key.Sign(hash)), 2)}\r\n");
    }

    private static bool HasSignatureOf(HeaderBlock header, DkimSigningKey key)
    {
        foreach (HeaderField field in header.Named(DkimSignature.FieldName))
        {
            (string domain, string selector) = DkimSignature.Names(header.Value(field));
            if (
                domain.Equals(key.Domain, StringComparison.OrdinalIgnoreCase)
                && selector.Equals(key.Selector, StringComparison.OrdinalIgnoreCase)
            )
                return true;
        }

        return false;
    }

    private static List<string> NamesFor(HeaderBlock header)
    {
        var names = new List<string>();
        foreach (string name in Once)
        {
            int count = header.Named(name).Count();
            if (count > 0)
                names.AddRange(Enumerable.Repeat(name, count + 1));
        }

        foreach (string name in Other)
            names.AddRange(header.Named(name).Select(field => field.Name));
        return names;
    }

    private static string Unsigned(
        DkimMessage message,
        DkimSigningKey key,
        DkimSigningOptions options,
        List<string> names,
        DateTimeOffset now
    )
    {
        string forms = $"{options.HeaderForm}/{options.BodyForm}".ToLowerInvariant();
        string end = options.Lifetime is { } lifetime ? Invariant($" x={(now + lifetime).ToUnixTimeSeconds()};") : "";
        string hash = Convert.ToBase64String(message.BodyHash(options.BodyForm));
        return $"DKIM-Signature: v=1; a={key.Key.AlgorithmName}; c={forms};\r\n"
            + Invariant($"\td={key.Domain}; s={key.Selector};\r\n\tt={now.ToUnixTimeSeconds()};{end}\r\n")
            + $"\th={FoldedNames(names)};\r\n\tbh={hash};\r\n\tb=";
    }

    private static string FoldedNames(List<string> names)
    {
        var folded = new StringBuilder();
        int line = 3;
        foreach (string name in names)
        {
            if (folded.Length > 0)
            {
                folded.Append(':');
                line++;
            }

            if (line + name.Length > MaxLine)
            {
                folded.Append("\r\n\t ");
                line = 2;
            }

            folded.Append(name);
            line += name.Length;
        }

        return folded.ToString();
    }

    private static string Folded(string base64, int before)
    {
        var folded = new StringBuilder();
        int first = Math.Min(base64.Length, MaxLine - 1 - before);
        folded.Append(base64, 0, first);
        for (int at = first; at < base64.Length; at += MaxLine - 2)
            folded.Append("\r\n\t ").Append(base64, at, Math.Min(MaxLine - 2, base64.Length - at));
        return folded.ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
