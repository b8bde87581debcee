using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.TlsReports;

/// <summary>Which policy a session was under: the policy-type of RFC 8460 §4.4, and a line for each policy-string.</summary>
internal static class TlsPolicyText
{
    public const string None = "no-policy-found";

    /// <param name="demand">Of the host.</param>
    /// <param name="policy">Of the domain; null: none.</param>
    public static string Of(TlsDemand demand, MtaStsPolicy? policy) =>
        (demand, policy) switch
        {
            (TlsDemand.Dane dane, _) => string.Join('\n', dane.Records.Select(record => record.ToString()).Prepend("tlsa")),
            (_, { Mode: not MtaStsMode.None }) => string.Join(
                '\n',
                [
                    "sts",
                    "version: STSv1",
                    $"mode: {policy.Mode.ToString().ToLowerInvariant()}",
                    .. policy.Patterns.Select(pattern => $"{MxTag}{pattern}"),
                    $"max_age: {(long)policy.MaxAge.TotalSeconds}",
                ]
            ),
            _ => None,
        };

    /// <summary>In front of a host, in a policy of MTA-STS.</summary>
    public const string MxTag = "mx: ";
}
