using System.Net;
using System.Text.RegularExpressions;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Doctor;

/// <summary>An address of ours, as somebody else sees it: behind a router no machine knows its own.</summary>
/// <param name="Address">Which.</param>
/// <param name="Witness">Who says so.</param>
internal sealed partial record OwnAddress(IPAddress Address, string Witness)
{
    private const int Patience = 200;

    /// <summary>
    /// Many servers put the client's address into their answer to EHLO (RFC 5321 §4.1.1.1 leaves room for it): <c>at your service,
    /// [192.0.2.1]</c>. Where nobody does, a public address of the socket itself will do. One of each version of IP: the one that most have
    /// seen.
    /// </summary>
    public static IReadOnlyList<OwnAddress> In(IReadOnlyList<Talk> talks, bool mayBePrivate) =>
        [
            .. talks
                .Where(talk => talk.From is not null)
                .Select(talk => SeenBy(talk, mayBePrivate))
                .OfType<OwnAddress>()
                .GroupBy(own => own.Address.AddressFamily)
                .Select(family => family.GroupBy(own => own.Address).MaxBy(same => same.Count())!.First()),
        ];

    private static OwnAddress? SeenBy(Talk talk, bool mayBePrivate)
    {
        bool isFit(IPAddress address) =>
            address.AddressFamily == talk.From!.AddressFamily
            && !IPAddress.IsLoopback(address)
            && !address.Equals(talk.Address)
            && (mayBePrivate || AddressRules.IsPublic(address));
        string answer = talk.Hello is { Lines: [var first, ..] } ? first : "";
        foreach (Match match in Literal().Matches(answer))
        {
            string text = match.Value.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? match.Value[5..] : match.Value;
            if (IPAddress.TryParse(text, out IPAddress? address) && isFit(address))
                return new OwnAddress(address, talk.Host);
        }

        return isFit(talk.From!) && AddressRules.IsPublic(talk.From!) ? new OwnAddress(talk.From!, "this machine") : null;
    }

    [GeneratedRegex(
        @"(?<![\w.])(\d{1,3}(\.\d{1,3}){3}|(IPv6:)?[0-9a-f]{1,4}(:[0-9a-f]{0,4}){2,7})(?![\w.])",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Patience
    )]
    private static partial Regex Literal();
}
