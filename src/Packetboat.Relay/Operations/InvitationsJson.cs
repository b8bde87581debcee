using System.Text.Json;
using System.Text.Json.Serialization;

namespace Packetboat.Relay.Operations;

/// <summary>These values as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IssuedInvitation))]
[JsonSerializable(typeof(Result<IssuedInvitation>))]
[JsonSerializable(typeof(Result<InvitationRow>))]
[JsonSerializable(typeof(IReadOnlyList<InvitationRow>))]
[JsonSerializable(typeof(IReadOnlyList<ApplicationRow>))]
public sealed partial class InvitationsJson : JsonSerializerContext;
