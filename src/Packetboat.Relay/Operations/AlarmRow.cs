using System.Text.Json.Serialization;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>An open alarm.</summary>
/// <param name="Key">By which it is cleared.</param>
/// <param name="Raised">Since when.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="Kind">Of the catalogue.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Explanation">What its kind means.</param>
/// <param name="Remedy">What to do.</param>
public sealed record AlarmRow(
    string Key,
    DateTimeOffset Raised,
    string Text,
    string Kind,
    [property: JsonConverter(typeof(JsonStringEnumConverter<AlarmSeverity>))] AlarmSeverity Severity,
    string Explanation,
    string Remedy
)
{
    public static AlarmRow Of(Alarm alarm)
    {
        AlarmKind kind = AlarmCatalogue.KindOf(alarm);
        return new AlarmRow(alarm.Key, alarm.Raised, alarm.Text, kind.Id, kind.Severity, kind.Explanation, kind.Remedy);
    }
}
