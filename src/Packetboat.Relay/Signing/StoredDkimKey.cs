using Packetboat.Protocol.Dkim;

namespace Packetboat.Relay.Signing;

/// <summary>A key in the data folder.</summary>
/// <param name="Domain">A-labels, lower case.</param>
/// <param name="Selector">Lower case.</param>
/// <param name="State">How far it is.</param>
/// <param name="Since">When it came there.</param>
/// <param name="Key">The key itself.</param>
public sealed record StoredDkimKey(string Domain, string Selector, DkimKeyState State, DateTimeOffset Since, DkimPrivateKey Key)
{
    /// <summary>Where its record is to be published. RFC 6376 §3.6.2.1.</summary>
    public string RecordName => $"{Selector}{DkimKeyFolder.Middle}{Domain}";
}
