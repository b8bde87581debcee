using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Resolver;

namespace Packetboat.Relay.Doctor;

/// <summary>A list of addresses that is asked by DNS. RFC 5782.</summary>
/// <param name="Zone">Below which it is asked.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Query">Where to look an address up, and have it taken off.</param>
internal sealed record Blocklist(string Zone, string Name, string Query)
{
    /// <summary>Those that large receivers go by, and that may be asked for little mail without a contract.</summary>
    public static IReadOnlyList<Blocklist> All { get; } =
    [
        new("zen.spamhaus.org", "Spamhaus", "https://check.spamhaus.org/"),
        new("bl.spamcop.net", "SpamCop", "https://www.spamcop.net/bl.shtml"),
        new("psbl.surriel.com", "PSBL", "https://psbl.org/"),
    ];

    /// <summary>RFC 5782 §2.1, §2.4: the address backwards, below the list's zone.</summary>
    public string NameOf(IPAddress address)
    {
        string reverse = CachingResolver.ReverseName(address);
        string suffix = address.AddressFamily == AddressFamily.InterNetwork ? "in-addr.arpa" : "ip6.arpa";
        return $"{reverse[..^suffix.Length]}{Zone}";
    }

    /// <summary>Looks an address up.</summary>
    /// <returns>Null: it is not on the list.</returns>
    public async Task<BlocklistEntry?> AskAsync(IResolver resolver, IPAddress address, CancellationToken ct)
    {
        switch (await resolver.Ipv4Async(NameOf(address), ct))
        {
            case DnsAnswer<IPAddress>.TemporaryFailure failure:
                return new BlocklistEntry(this, address, BlocklistAnswer.Unusable, failure.Reason);
            case DnsAnswer<IPAddress>.Found found:
                (BlocklistAnswer kind, string words) = found.Records.Select(Read).MaxBy(read => read.Kind);
                if (kind != BlocklistAnswer.Unusable && await HasAllAsync(resolver, ct))
                    (kind, words) = (BlocklistAnswer.Unusable, "it lists whatever is asked: it has been given up");
                return new BlocklistEntry(this, address, kind, words);
            default:
                return null;
        }
    }

    /// <summary>RFC 5782 §5: 127.0.0.1 is on no list.</summary>
    private async Task<bool> HasAllAsync(IResolver resolver, CancellationToken ct) =>
        await resolver.Ipv4Async(NameOf(IPAddress.Loopback), ct) is DnsAnswer<IPAddress>.Found;

    /// <summary>
    /// What an answer means. 127.255.255.x is no listing: the list does not answer whoever asked, most often because it was an open resolver.
    /// https://www.spamhaus.org/faqs/dnsbl-usage/
    /// </summary>
    public (BlocklistAnswer Kind, string Words) Read(IPAddress code)
    {
        byte[] octets = code.GetAddressBytes();
        return octets switch
        {
            [127, 255, 255, 254] => (
                BlocklistAnswer.Unusable,
                "it was asked through an open resolver, and does not answer those"
            ),
            [127, 255, 255, 255] => (BlocklistAnswer.Unusable, "it was asked too often from there, and does not answer"),
            [127, 255, 255, _] => (BlocklistAnswer.Unusable, $"it does not answer the question ({code})"),
            [127, 0, 0, 10 or 11] when Zone == "zen.spamhaus.org" => (
                BlocklistAnswer.HomeAddress,
                "PBL: an address from which no mail comes directly"
            ),
            [127, 0, 0, 4] when Zone == "zen.spamhaus.org" => (
                BlocklistAnswer.Listed,
                "XBL: a program on this network sends spam"
            ),
            [127, 0, 0, 3] when Zone == "zen.spamhaus.org" => (BlocklistAnswer.Listed, "CSS: mail of little repute"),
            [127, 0, 0, 9] when Zone == "zen.spamhaus.org" => (BlocklistAnswer.Listed, "DROP: a network of criminals"),
            [127, 0, 0, 2] when Zone == "zen.spamhaus.org" => (BlocklistAnswer.Listed, "SBL: a source of spam"),
            [127, 0, 0, _] => (BlocklistAnswer.Listed, $"listed ({code})"),
            // RFC 5782 §2.3: an answer outside of 127/8 is not the list's.
            _ => (BlocklistAnswer.Unusable, $"somebody answers in its place ({code})"),
        };
    }
}

/// <summary>What a list's answer says.</summary>
internal enum BlocklistAnswer
{
    /// <summary>Nothing about the address.</summary>
    Unusable,

    Listed,

    /// <summary>Of a network whose owner says that no mail comes from it directly: no fault of anybody.</summary>
    HomeAddress,
}

/// <summary>What a list says about an address.</summary>
internal sealed record BlocklistEntry(Blocklist List, IPAddress Address, BlocklistAnswer Kind, string Words);
