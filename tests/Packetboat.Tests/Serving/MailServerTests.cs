using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Relay.SmtpServer;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class MailServerTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task At_the_end_nothing_waits_for_another_to_have_ended()
    {
        var (first, second) = (new Ending(), new Ending());
        (first.Other, second.Other) = (second, first);
        await using MailServer server = await StartAsync(first, second);

        await server.StopAsync();

        Assert.True(first.Has.Task.IsCompletedSuccessfully);
        Assert.True(second.Has.Task.IsCompletedSuccessfully);
        Assert.Null(await server.WaitAsync(Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Without_one_of_its_services_it_ends_and_says_why()
    {
        var broken = new Broken();
        await using MailServer server = await StartAsync(broken);
        broken.Breaks.SetResult();
        Assert.Equal("a bug", (await server.WaitAsync(Ct))?.Message);
    }

    private static async Task<MailServer> StartAsync(params IReadOnlyList<IHostedService> services)
    {
        var listener = new SmtpListener(new IPEndPoint(IPAddress.Loopback, 0), ListenerKind.Transfer);
        BoundSockets sockets = await BoundSockets.BindAsync([listener], 0, TimeSpan.Zero, TimeProvider.System, Ct);
        // Nobody connects.
        var server = new MailServer([listener], sockets, connections: null!, control: null, services, NullLoggerFactory.Instance);
        await server.StartAsync(Ct);
        return server;
    }

    private sealed class Broken : BackgroundService
    {
        public TaskCompletionSource Breaks { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Breaks.Task;
            throw new InvalidOperationException("a bug");
        }
    }

    /// <summary>A service that ends when another has begun to: the listeners under a client that stalls, and the deliveries.</summary>
    private sealed class Ending : IHostedService
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

        public Ending? Other { get; set; }

        public TaskCompletionSource Has { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

        public Task StopAsync(CancellationToken ct)
        {
            Has.TrySetResult();
            return Other!.Has.Task.WaitAsync(Deadline, TimeProvider.System, ct);
        }
    }
}
