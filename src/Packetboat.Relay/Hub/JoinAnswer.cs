namespace Packetboat.Relay.Hub;

/// <summary>What a node needs to send through this hub.</summary>
/// <param name="Account">Its QWK-ID: <c>RelayUsername</c>.</param>
/// <param name="Password"><c>RelayPassword</c>. Not kept here.</param>
/// <param name="Server"><c>RelayServer</c>.</param>
/// <param name="Port"><c>RelayPort</c>.</param>
/// <param name="Mechanism">Of <c>RELAY_AUTH_*</c>: PLAIN.</param>
/// <param name="Sender">An address that is its own here.</param>
/// <param name="Records">What to publish, so that its mail is believed.</param>
public sealed record JoinAnswer(
    string Account,
    string Password,
    string Server,
    int Port,
    string Mechanism,
    string Sender,
    IReadOnlyList<RecordToPublish> Records
)
{
    /// <summary>It holds a password.</summary>
    public override string ToString() => $"{nameof(JoinAnswer)} {Account}";
}

/// <summary>A DNS record, ready to paste.</summary>
/// <param name="Name">Whose record it is; empty: of each domain that the node sends from.</param>
/// <param name="Type">Such as TXT.</param>
/// <param name="Value">Without quotes.</param>
/// <param name="Purpose">What it is good for, in a sentence.</param>
public sealed record RecordToPublish(string Name, string Type, string Value, string Purpose);
