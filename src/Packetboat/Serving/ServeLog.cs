using Microsoft.Extensions.Logging;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;

namespace Packetboat.Serving;

/// <summary>What a start says: who we are, where we listen, how mail leaves.</summary>
internal sealed partial class ServeLog(ILogger<ServeLog> logger)
{
    public void Started(Settings settings, Composition composition)
    {
        StatusReport status = composition.Operations.StatusAsync(CancellationToken.None).GetAwaiter().GetResult();
        LogStarted(status.Version, status.HostName, settings.CtrlDirectory, settings.Packetboat.DataDirectory);
        foreach (string listener in status.Listeners)
            LogListening(listener);
        LogDelivery(status.Delivery);
    }

    public void Stopped() => LogStopped();

    [LoggerMessage(
        EventName = "started",
        Level = LogLevel.Information,
        Message = "packetboat {Version} is {HostName}, settings in {Ctrl}, data in {Data}"
    )]
    private partial void LogStarted(string version, string hostName, string ctrl, string data);

    [LoggerMessage(EventName = "listening", Level = LogLevel.Information, Message = "listening on {Listener}")]
    private partial void LogListening(string listener);

    [LoggerMessage(EventName = "delivery", Level = LogLevel.Information, Message = "mail leaves {Delivery}")]
    private partial void LogDelivery(string delivery);

    [LoggerMessage(
        EventName = "stopped",
        Level = LogLevel.Information,
        Message = "packetboat has stopped; what it accepted and has not sent waits in the queue"
    )]
    private partial void LogStopped();
}
