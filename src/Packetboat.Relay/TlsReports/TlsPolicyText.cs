using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.TlsReports;

/// <summary>Which policy a session was under: the policy-type of RFC 8460 §4.4, and a line for each policy-string.</summary>
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
            (TlsDemand.Dane dane, _) => string.Join('\n', dane.Records.Select(record => record.ToString()).Prepend("tlsa")),
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
}
