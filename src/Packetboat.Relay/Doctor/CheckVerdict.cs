using System.Text.Json.Serialization;

namespace Packetboat.Relay.Doctor;

/// <summary>What came of one check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckVerdict>))]
public enum CheckVerdict
{
    /// <summary>As it should be, or it does not matter; the words say which.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It could not be looked at, or to look at it would say nothing.</summary>
    [JsonStringEnumMemberName("not-checked")]
    NotChecked,

    /// <summary>Mail goes, and less of it is believed than could be, or it will not go for long.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Mail does not go, or is refused, or this host does harm.</summary>
    [JsonStringEnumMemberName("failure")]
    Failure,
}
