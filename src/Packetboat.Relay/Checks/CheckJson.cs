using System.Text.Json;
using System.Text.Json.Serialization;

namespace Packetboat.Relay.Checks;

/// <summary>The reports as JSON, for <c>--json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(SpfReport))]
[JsonSerializable(typeof(DkimReport))]
[JsonSerializable(typeof(DmarcReport))]
[JsonSerializable(typeof(TlsReport))]
public sealed partial class CheckJson : JsonSerializerContext;
