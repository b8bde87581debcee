using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.TlsReports;

/// <summary>
/// Which policy a session was under: the policy-type of RFC 8460 §4.4, behind it the policy-domain where that is not the recipient's, and a line for
/// each policy-string.
/// </summary>
internal static class TlsPolicyText
{
    public const string None = "no-policy-found";

    /// <summary>The result of a host whose TLSA records cannot be had. RFC 8460 §4.3.2.1.</summary>
    public const string NoRecords = "dnssec-invalid";

    /// <param name="demand">Of the host.</param>
    /// <param name="sts">The domain's policy. One that cannot be had is one of which nobody knows what it says.</param>
    public static string Of(TlsDemand demand, MtaStsLookup sts) =>
        (demand, sts.Policy) switch
        {
            (TlsDemand.Forbidden { Result: NoRecords }, _) => "tlsa",
            // RFC 8460 §1.1: the domain of a DANE policy is the base domain of its records.
            (TlsDemand.Dane dane, _) => string.Join(
                '\n',
                dane.Published.Select(Line).Order(StringComparer.Ordinal).Take(MaxRecords).Prepend($"tlsa {dane.Host}")
            ),
            (_, { Mode: not MtaStsMode.None } policy) => string.Join(
                '\n',
                [
                    "sts",
                    "version: STSv1",
                    $"mode: {policy.Mode.ToString().ToLowerInvariant()}",
                    .. policy.Patterns.Select(pattern => $"{MxTag}{pattern}"),
                    $"max_age: {(long)policy.MaxAge.TotalSeconds}",
                ]
            ),
            (_, null) when sts.Result.Length > 0 => "sts",
            _ => None,
        };

    /// <summary>In front of a host, in a policy of MTA-STS.</summary>
    public const string MxTag = "mx: ";

    /// <summary>Records, and characters of one, that are told: whole certificates may be in them.</summary>
    private const int MaxRecords = 16;
    private const int MaxLine = 200;

    private static string Line(TlsaRecord record)
    {
        string text = record.ToString();
        return text.Length > MaxLine ? text[..MaxLine] : text;
    }
}
