using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Signing;

/// <summary>Which keys sign which mail.</summary>
public interface ISigningKeys
{
    /// <summary>Whether there may be one. Asked before a message's first octet.</summary>
    bool AreAny { get; }

    /// <summary>Those for a message; none: it goes out as it is.</summary>
    IReadOnlyList<DkimSigningKey> For(HeaderBlock header);
}
