using Packetboat.Relay.Alarms;

namespace Packetboat.Relay.Operations;

/// <summary>An entry of the catalogue.</summary>
public sealed record AlarmKindRow(string Id, AlarmSeverity Severity, string Explanation, string Remedy)
{
    public static IReadOnlyList<AlarmKindRow> All { get; } =
    [.. AlarmCatalogue.All.Select(kind => new AlarmKindRow(kind.Id, kind.Severity, kind.Explanation, kind.Remedy))];
}
