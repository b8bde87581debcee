using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Relay.Hub;

namespace Packetboat.Admin.Enrolment;

/// <summary>A refusal as JSON.</summary>
/// <param name="Error">One word for programs.</param>
/// <param name="Value">What was given.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="RetryAfter">Seconds; 0: unknown.</param>
internal sealed record EnrolmentProblem(EnrolmentFault Error, string Value, string Reason, string Remedy, int RetryAfter);

/// <summary>What goes over the enrolment API.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    MaxDepth = 8,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(HubDescription))]
[JsonSerializable(typeof(SeenAddress))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(ApplicationRequest))]
[JsonSerializable(typeof(ApplicationAnswer))]
[JsonSerializable(typeof(EnrolmentProblem))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
