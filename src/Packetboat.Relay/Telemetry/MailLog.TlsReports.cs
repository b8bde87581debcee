using Microsoft.Extensions.Logging;

namespace Packetboat.Relay.Telemetry;

/// <summary>Reports about TLS.</summary>
public sealed partial class MailLog
{
    /// <param name="domain">Who is told.</param>
    /// <param name="day">Of what day.</param>
    /// <param name="address">By which way; printable.</param>
    /// <param name="result">What became of it.</param>
    public void TlsReported(string domain, DateOnly day, string address, string result) =>
        LogTlsReported(domain, day, address, result);

    [LoggerMessage(
        EventId = 48,
        EventName = "TLS report",
        Level = LogLevel.Information,
        Message = "TLS report to {Domain} of {Day:yyyy-MM-dd} by {Address}: {Result}"
    )]
    private partial void LogTlsReported(string domain, DateOnly day, string address, string result);
}
