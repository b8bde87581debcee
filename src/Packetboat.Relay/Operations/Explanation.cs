namespace Packetboat.Relay.Operations;

/// <summary>How mail to somebody would leave.</summary>
/// <param name="Recipient">Who was asked about.</param>
/// <param name="Route">The route's name.</param>
/// <param name="Rule">Which setting chose it.</param>
/// <param name="Security">What TLS and sign-in it demands.</param>
/// <param name="Hosts">Where it would connect, in order.</param>
/// <param name="Trouble">Why nothing leaves that way now; empty when it does.</param>
/// <param name="Otherwise">What would make it leave another way.</param>
public sealed record Explanation(
    string Recipient,
    string Route,
    string Rule,
    string Security,
    IReadOnlyList<string> Hosts,
    string Trouble,
    IReadOnlyList<string> Otherwise
);
