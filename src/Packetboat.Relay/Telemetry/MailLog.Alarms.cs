using Microsoft.Extensions.Logging;

namespace Packetboat.Relay.Telemetry;

/// <summary>How it goes with telling of alarms.</summary>
public sealed partial class MailLog
{
    /// <summary>Whoever is told must not take long.</summary>
    public event Action<ClientAction>? Acted;

    public void OutputFailed(string output, string reason) => LogOutputFailed(output, reason);

    public void OutputWorks(string output) => LogOutputWorks(output);

    public void OutputFault(string output, Exception fault) => LogOutputFault(fault, output);

    /// <summary>A service that works beside the mail.</summary>
    public void ServiceFault(string service, Exception fault) => LogServiceFault(fault, service);

    public void DigestSent(string to, string id) => LogDigestSent(to, id);

    public void DigestFailed(string reason) => LogDigestFailed(reason);

    [LoggerMessage(
        EventId = 40,
        EventName = "output failed",
        Level = LogLevel.Warning,
        Message = "alarms are not taken by the {Output}, it is tried again: {Reason}"
    )]
    private partial void LogOutputFailed(string output, string reason);

    [LoggerMessage(
        EventId = 41,
        EventName = "output works",
        Level = LogLevel.Information,
        Message = "alarms are taken by the {Output} again"
    )]
    private partial void LogOutputWorks(string output);

    [LoggerMessage(
        EventId = 42,
        EventName = "output fault",
        Level = LogLevel.Error,
        Message = "telling of alarms by the {Output} failed inside packetboat and goes on"
    )]
    private partial void LogOutputFault(Exception fault, string output);

    [LoggerMessage(
        EventId = 43,
        EventName = "service fault",
        Level = LogLevel.Error,
        Message = "{Service} failed inside packetboat and goes on"
    )]
    private partial void LogServiceFault(Exception fault, string service);

    [LoggerMessage(
        EventId = 44,
        EventName = "digest sent",
        Level = LogLevel.Information,
        Message = "the day's digest for {To} is queued as {Id}"
    )]
    private partial void LogDigestSent(string to, string id);

    [LoggerMessage(
        EventId = 45,
        EventName = "digest failed",
        Level = LogLevel.Warning,
        Message = "the day's digest is not sent, it is tried again in a minute: {Reason}"
    )]
    private partial void LogDigestFailed(string reason);
}
