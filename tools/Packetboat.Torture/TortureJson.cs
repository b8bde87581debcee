using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Torture.Powercut;
using Packetboat.Torture.Storm;

namespace Packetboat.Torture;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(PowercutSummary))]
[JsonSerializable(typeof(StormSummary))]
internal sealed partial class TortureJson : JsonSerializerContext;
