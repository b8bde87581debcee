using System.Text.Json;
using System.Text.Json.Serialization;

namespace Packetboat.Relay.Operations;

/// <summary>Alarms as JSON: for the control socket and for <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<AlarmRow>))]
[JsonSerializable(typeof(IReadOnlyList<AlarmEventRow>))]
[JsonSerializable(typeof(IReadOnlyList<AlarmKindRow>))]
public sealed partial class AlarmsJson : JsonSerializerContext;
