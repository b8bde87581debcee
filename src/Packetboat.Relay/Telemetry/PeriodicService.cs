using Microsoft.Extensions.Hosting;

namespace Packetboat.Relay.Telemetry;

/// <summary>A service that looks at something when it starts, and again a step after each look. A look that fails is logged, and is not the last.</summary>
public abstract class PeriodicService : BackgroundService
{
    private readonly TimeSpan _step;

    /// <param name="step">From the end of one look to the next.</param>
    /// <param name="log">For looks that fail.</param>
    /// <param name="time">The clock.</param>
    private protected PeriodicService(TimeSpan step, MailLog log, TimeProvider time) => (_step, Log, Time) = (step, log, time);

    protected MailLog Log { get; }

    protected TimeProvider Time { get; }

    /// <summary>One look.</summary>
    protected internal abstract Task LookAsync(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                Log.ServiceFault(GetType().Name, fault);
            }

            await Task.Delay(_step, Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
