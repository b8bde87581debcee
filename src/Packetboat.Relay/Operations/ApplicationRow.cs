namespace Packetboat.Relay.Operations;

/// <summary>A stranger's application. All words in it are his.</summary>
/// <param name="Name">How to call it.</param>
/// <param name="State">waiting or refused.</param>
/// <param name="Id">The account that he wants.</param>
/// <param name="Domain">From which he means to send; may be empty.</param>
/// <param name="Contact">How to reach him.</param>
/// <param name="Words">What he says about himself.</param>
/// <param name="Client">The address that he came from.</param>
/// <param name="Created">When.</param>
/// <param name="Reason">Of the refusal.</param>
public sealed record ApplicationRow(
    string Name,
    string State,
    string Id,
    string Domain,
    string Contact,
    string Words,
    string Client,
    DateTimeOffset Created,
    string Reason
);
