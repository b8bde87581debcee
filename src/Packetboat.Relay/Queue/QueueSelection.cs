namespace Packetboat.Relay.Queue;

/// <summary>Which part of the queue an operator means. Everything that is set must fit; nothing set is nothing meant.</summary>
public sealed record QueueSelection(
    bool All = false,
    string? Id = null,
    string? Account = null,
    string? Sender = null,
    string? Recipient = null,
    string? Domain = null
)
{
    /// <summary>In the words of the command line.</summary>
    public string Describe() =>
        string.Join(
            ' ',
            new[]
            {
                All ? "--all" : null,
                Id,
                Account is null ? null : "--account " + Account,
                Sender is null ? null : "--from " + Sender,
                Recipient is null ? null : "--to " + Recipient,
                Domain is null ? null : "--domain " + Domain,
            }.OfType<string>()
        );

    public bool IsEmpty => !All && Id is null && Account is null && Sender is null && Recipient is null && Domain is null;
}
