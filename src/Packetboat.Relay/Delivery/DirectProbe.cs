using Microsoft.Extensions.Hosting;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// While port 25 is blocked: calls, now and then, the hosts that did not answer, servers of domains that mail is for, and large ones. No mail waits
/// for the result.
/// </summary>
public sealed class DirectProbe : BackgroundService
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromMinutes(1);

    private readonly AutoRouting _auto;
    private readonly Func<bool> _isWanted;
    private readonly Func<bool> _leavesDirectly;
    private readonly Greeter _greeter;
    private readonly IResolver _resolver;
    private readonly MailLog _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _changed = new(0, 1);

    /// <param name="auto">Who knows that it is blocked.</param>
    /// <param name="isWanted">Whether any mail would leave directly if it could, and by a relay else.</param>
    /// <param name="leavesDirectly">Whether any mail leaves directly, whatever there is else.</param>
    /// <param name="greeter">Who calls.</param>
    /// <param name="resolver">Where the servers are found.</param>
    /// <param name="log">For its own faults.</param>
    /// <param name="time">The clock.</param>
    internal DirectProbe(
        AutoRouting auto,
        Func<bool> isWanted,
        Func<bool> leavesDirectly,
        Greeter greeter,
        IResolver resolver,
        MailLog log,
        TimeProvider time
    )
    {
        (_auto, _isWanted, _leavesDirectly) = (auto, isWanted, leavesDirectly);
        (_greeter, _resolver, _log, _time) = (greeter, resolver, log, time);
        auto.Changed += Wake;
    }

    public override void Dispose()
    {
        _auto.Changed -= Wake;
        base.Dispose();
        _changed.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool hasBegun = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!hasBegun)
                    await _auto.TakeUpAsync(stoppingToken);
                hasBegun = true;
                if (!_isWanted())
                    _auto.Unconcerned(_leavesDirectly());
                await WaitAsync(stoppingToken);
                if (Blocked is { } blocked && blocked.Probe <= _time.GetUtcNow())
                    await ProbeAsync(blocked, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                _log.ServiceFault(nameof(DirectProbe), fault);
                await Task.Delay(AfterFault, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Mail goes around, or would if there were a way.</summary>
    private RouteMove? Blocked =>
        _isWanted() && _auto.State.Everything is { } all ? all
        : _leavesDirectly() ? _auto.Suspicion
        : null;

    private async Task WaitAsync(CancellationToken stopping)
    {
        TimeSpan pause = Timeout.InfiniteTimeSpan;
        if (Blocked is { } blocked)
        {
            pause = blocked.Probe - _time.GetUtcNow();
            if (pause <= TimeSpan.Zero)
                return;
        }

        using var patience = new CancellationTokenSource(pause, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            await _changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // It is time.
        }
    }

    private async Task ProbeAsync(RouteMove blocked, CancellationToken stopping)
    {
        foreach (string host in blocked.Hosts)
            if (await AnswersAsync(host, stopping))
                return;
        // Those three may be gone for good, and the port open.
        foreach (string domain in _auto.Around.Concat(LargeReceivers.Domains))
            if (await _resolver.MxAsync(domain, stopping) is DnsAnswer<MxRecord>.Found { Records: [var first, ..] })
                if (await AnswersAsync(first.Host, stopping))
                    return;
        _auto.StillBlocked();
    }

    private async Task<bool> AnswersAsync(string host, CancellationToken stopping)
    {
        bool answers = await _greeter.AnswersAsync(host, stopping);
        if (answers)
            _auto.Answered(host);
        return answers;
    }

    /// <summary>What it goes by is another.</summary>
    public void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake.
        }
    }
}
