using System.Globalization;

namespace Packetboat.Protocol;

/// <summary>Times as people are told them: to the minute, year first, with the zone.</summary>
public static class ReadableTime
{
    /// <summary><c>2027-01-31 12:00 UTC</c>, or <c>2027-01-31 12:00 +01:00</c>, in the zone that the time has.</summary>
    public static string Of(DateTimeOffset time) =>
        time.ToString($"yyyy-MM-dd HH:mm {(time.Offset == TimeSpan.Zero ? "'UTC'" : "zzz")}", CultureInfo.InvariantCulture);
}
