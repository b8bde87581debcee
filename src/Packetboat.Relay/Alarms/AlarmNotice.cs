using System.Text.Json;
using System.Text.Json.Serialization;

namespace Packetboat.Relay.Alarms;

/// <summary>An event as it is told to other programs: the body of a webhook, and of an alarm's topic.</summary>
/// <param name="Id">The same each time that this event is told of.</param>
/// <param name="Event"><c>raised</c> or <c>cleared</c>.</param>
/// <param name="At">When.</param>
/// <param name="Host">Whose alarm it is.</param>
/// <param name="Key">Of the alarm: what is raised and what is cleared have the same.</param>
/// <param name="Kind">Of the catalogue.</param>
/// <param name="Severity"><c>warning</c> or <c>critical</c>.</param>
/// <param name="Raised">Since when it is or was open.</param>
/// <param name="Text">What is or was wrong.</param>
/// <param name="Explanation">What its kind means.</param>
/// <param name="Remedy">What to do.</param>
public sealed record AlarmNotice(
    string Id,
    string Event,
    DateTimeOffset At,
    string Host,
    string Key,
    string Kind,
    string Severity,
    DateTimeOffset Raised,
    string Text,
    string Explanation,
    string Remedy
)
{
    public static AlarmNotice Of(AlarmEvent happened, string host) =>
        new(
            happened.Id,
            happened.Word,
            happened.At,
            host,
            happened.Key,
            happened.Kind.Id,
            WordOf(happened.Kind.Severity),
            happened.Raised,
            happened.Text,
            happened.Kind.Explanation,
            happened.Kind.Remedy
        );

    public static string WordOf(AlarmSeverity severity) => severity is AlarmSeverity.Critical ? "critical" : "warning";

    /// <summary>UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, AlarmJson.Default.AlarmNotice);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AlarmNotice))]
internal sealed partial class AlarmJson : JsonSerializerContext;
