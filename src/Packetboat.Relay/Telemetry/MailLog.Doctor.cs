using Microsoft.Extensions.Logging;
using Packetboat.Relay.Doctor;

namespace Packetboat.Relay.Telemetry;

/// <summary>What the doctor found when a route had changed its state.</summary>
public sealed partial class MailLog
{
    public void Examined(DoctorReport report) =>
        LogExamined(
            report.VerdictWord,
            report.Reason,
            report.First is { } first ? $"{first.Title}: {first.Words}" : "nothing to mend"
        );

    [LoggerMessage(
        EventId = 80,
        EventName = "examined",
        Level = LogLevel.Information,
        Message = "doctor {Verdict}, called because {Reason}: {First}. See: packetboat doctor --last"
    )]
    private partial void LogExamined(string verdict, string reason, string first);
}
