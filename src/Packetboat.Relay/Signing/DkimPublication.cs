using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;

namespace Packetboat.Relay.Signing;

/// <summary>Whether the DNS has the public half of a key.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Words">The same for people.</param>
public sealed record DkimPublication(DkimPublicationState State, string Words)
{
    /// <summary>
    /// Asks. An alias (CNAME) to a name where somebody else keeps the record is followed by the name server, as receivers' servers do. RFC 6376
    /// §3.6.2.
    /// </summary>
    /// <param name="resolver">Whom.</param>
    /// <param name="name"><c>SELECTOR._domainkey.DOMAIN</c>.</param>
    /// <param name="key">Which must be there.</param>
    /// <param name="ct">Ends the waiting.</param>
    public static async ValueTask<DkimPublication> OfAsync(
        IResolver resolver,
        string name,
        DkimPrivateKey key,
        CancellationToken ct
    ) =>
        await resolver.TextAsync(name, ct) switch
        {
            DnsAnswer<string>.Found found when found.Records.Any(key.IsPublishedBy) => new(
                DkimPublicationState.Published,
                "published"
            ),
            DnsAnswer<string>.Found => new(DkimPublicationState.Missing, "another record is published"),
            DnsAnswer<string>.TemporaryFailure failure => new(DkimPublicationState.Unknown, $"no answer: {failure.Reason}"),
            _ => new(DkimPublicationState.Missing, "not published"),
        };
}

/// <summary>How a key's record stands.</summary>
public enum DkimPublicationState
{
    /// <summary>Receivers find it.</summary>
    Published,

    /// <summary>They find none, or another one.</summary>
    Missing,

    /// <summary>The DNS did not answer. It says nothing.</summary>
    Unknown,
}
