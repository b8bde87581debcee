using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Packetboat.Admin.Api;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Operations;

namespace Packetboat.Serving;

/// <summary>Kestrel with SMTP on its listeners, the control API on its socket, and the services that run beside them.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    public static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(30);

    private const int MaxUnread = 64 * 1024;
    private const int MaxUnsent = 64 * 1024;

    private readonly WebApplication _app;
    private readonly BoundSockets _sockets;
    private readonly string? _socketPath;
    private readonly IReadOnlyList<IHostedService> _services;

    /// <param name="listeners">SMTP.</param>
    /// <param name="sockets">Bound already.</param>
    /// <param name="connections">Who serves them.</param>
    /// <param name="control">The control socket's path and what answers there; null: none.</param>
    /// <param name="services">Run as long as the server.</param>
    /// <param name="loggers">For all of it.</param>
    public MailServer(
        IReadOnlyList<SmtpListener> listeners,
        BoundSockets sockets,
        SmtpConnections connections,
        (string Path, IOperations Operations)? control,
        IReadOnlyList<IHostedService> services,
        ILoggerFactory loggers
    )
    {
        (_sockets, _services) = (sockets, services);
        _socketPath = control?.Path;
        // Nothing from the environment or a stray appsettings.json: this server has its own configuration.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSystemd();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = ShutdownPatience;
            // A client that stalls in the middle of a message has all that time; the deliveries under way do not wait for him to begin theirs.
            options.ServicesStopConcurrently = true;
        });
        foreach (IHostedService service in services)
            builder.Services.AddSingleton(service);
        WebApplication? app = null;
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBlocks.Factory>();
        builder.WebHost.UseSockets(options =>
        {
            options.CreateBoundListenSocket = endPoint => sockets.Take(endPoint) ?? BindOther(endPoint);
            // A session computes little between two waits: to hand each step to another thread costs more than the step.
            options.UnsafePreferInlineScheduling = true;
            // A block for each connection, and one system call fewer for each read.
            options.WaitForDataBeforeAllocatingBuffer = false;
            // What the kernel may hand us before a session has looked at it, and what a client that does not read may leave with us:
            // docs/design/0012 counts on it.
            options.MaxReadBufferSize = MaxUnread;
            options.MaxWriteBufferSize = MaxUnsent;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (SmtpListener listener in listeners)
                Listen(kestrel, listener, connections, () => app!.Lifetime.ApplicationStopping);
            if (control is { } socket)
                kestrel.ListenUnixSocket(socket.Path);
        });
        _app = app = builder.Build();
        // An operator's question may take its time in the database: not on the thread that the mail's sockets live on.
        _app.Use((context, next) => Task.Run(() => next(context)));
        if (control is { } answering)
            ControlApi.Map(_app, answering.Operations);
    }

    public async Task StartAsync(CancellationToken ct)
    {
        if (_socketPath is not null)
            ControlSocket.Prepare(_socketPath);
        await _app.StartAsync(ct);
    }

    /// <summary>Until a signal, or <see cref="StopAsync"/>, or a service that has a fault: without it this is no server any more.</summary>
    /// <returns>That fault, which the log has; null: it was told to stop.</returns>
    public async Task<Exception?> WaitAsync(CancellationToken ct)
    {
        await _app.WaitForShutdownAsync(ct);
        return _services
            .OfType<BackgroundService>()
            .Select(service => service.ExecuteTask?.Exception?.InnerException)
            .FirstOrDefault(fault => fault is not null);
    }

    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _sockets.Dispose();
        if (_socketPath is not null)
            File.Delete(_socketPath);
    }

    private static void Listen(
        KestrelServerOptions kestrel,
        SmtpListener listener,
        SmtpConnections connections,
        Func<CancellationToken> stopping
    ) =>
        kestrel.Listen(
            listener.EndPoint,
            options => options.Run(connection => connections.ServeAsync(connection, listener.Kind, stopping()))
        );

    /// <summary>The control socket. Its mode is set before anybody can connect: it listens only after this.</summary>
    private static Socket BindOther(System.Net.EndPoint endPoint)
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (endPoint is UnixDomainSocketEndPoint)
            ControlSocket.Restrict(endPoint.ToString()!);
        return socket;
    }
}
