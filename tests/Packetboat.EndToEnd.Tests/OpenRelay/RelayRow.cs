using Packetboat.Testing;

namespace Packetboat.EndToEnd.Tests.OpenRelay;

/// <summary>A line of <c>open-relay.tsv</c>: something that has opened relays before, and what comes of it at each door.</summary>
/// <param name="Form">What is tried.</param>
/// <param name="Conversation">Commands and directives; the file's head explains them.</param>
/// <param name="Outcomes">For each of <see cref="RelayDoor.All"/>, in order: <c>relayed</c>, or the first refusal, as <c>RCPT 550</c>.</param>
/// <param name="Arrives">Recipients of what is relayed, in order.</param>
/// <param name="Why">The rule behind it.</param>
internal sealed record RelayRow(string Form, string[] Conversation, string[] Outcomes, string[] Arrives, string Why)
{
    private const int Columns = 10;

    /// <summary>What a stranger hears where no sign-in is offered.</summary>
    public string WithoutSignIn =>
        Array.Exists(Conversation, step => step.EndsWith(RelayHarbour.Password + "}", StringComparison.Ordinal))
            ? "RCPT 550"
            : Outcomes[0];

    public static IReadOnlyList<RelayRow> All { get; } =
    [
        .. Repository
            .Read("tests/Packetboat.EndToEnd.Tests/OpenRelay/open-relay.tsv")
            .Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(Parse),
    ];

    private static RelayRow Parse(string line)
    {
        string[] columns = line.Split('\t');
        if (columns.Length != Columns)
            throw new InvalidDataException($"open-relay.tsv: {columns.Length} columns instead of {Columns}: {line}");
        string[] arrives = columns[8].Split(", ", StringSplitOptions.RemoveEmptyEntries);
        return new RelayRow(columns[0], columns[1].Split(" | "), columns[2..8], arrives, columns[9]);
    }
}
