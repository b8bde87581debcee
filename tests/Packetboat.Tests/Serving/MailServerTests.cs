using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Relay.SmtpServer;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class MailServerTests
{
    [Fact]
    public async Task At_the_end_nothing_waits_for_another_to_have_ended()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        var (first, second) = (new Ending(), new Ending());
        (first.Other, second.Other) = (second, first);
        var listener = new SmtpListener(new IPEndPoint(IPAddress.Loopback, 0), ListenerKind.Transfer);
        BoundSockets sockets = await BoundSockets.BindAsync([listener], 0, TimeSpan.Zero, TimeProvider.System, ct);
        // Nobody connects.
        await using var server = new MailServer(
            [listener],
            sockets,
            connections: null!,
            control: null,
            [first, second],
            NullLoggerFactory.Instance
        );
        await server.StartAsync(ct);

        await server.StopAsync();

        Assert.True(first.Has.Task.IsCompletedSuccessfully);
        Assert.True(second.Has.Task.IsCompletedSuccessfully);
    }

    /// <summary>A service that ends when another has begun to: the listeners under a client that stalls, and the deliveries.</summary>
    private sealed class Ending : IHostedService
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

        public Ending? Other { get; set; }

        public TaskCompletionSource Has { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

        public Task StopAsync(CancellationToken ct)
        {
            Has.SetResult();
            return Other!.Has.Task.WaitAsync(Patience, TimeProvider.System, ct);
        }
    }
}
