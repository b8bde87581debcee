namespace Packetboat.Relay.Hub;

/// <summary>What a hub says of itself to whoever asks.</summary>
/// <param name="Name">Its host name.</param>
/// <param name="Terms">What a node's sysop has to accept, lines ending in LF.</param>
/// <param name="TermsVersion">Changes with the text.</param>
/// <param name="TakesApplications">Whether one may ask without an invitation.</param>
/// <param name="Contact">The operator's address.</param>
public sealed record HubDescription(string Name, string Terms, string TermsVersion, bool TakesApplications, string Contact);
