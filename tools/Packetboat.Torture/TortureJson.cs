using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Torture.Storm;

namespace Packetboat.Torture;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(StormSummary))]
internal sealed partial class TortureJson : JsonSerializerContext;
