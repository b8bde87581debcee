using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Signing;

/// <summary>Several sources of keys as one.</summary>
public sealed class AllSigningKeys(params ISigningKeys[] sources) : ISigningKeys
{
    public bool AreAny => Array.Exists(sources, source => source.AreAny);

    public IReadOnlyList<DkimSigningKey> For(HeaderBlock header) =>
        [.. sources.SelectMany(source => source.For(header)).DistinctBy(key => (key.Domain, key.Selector))];
}
