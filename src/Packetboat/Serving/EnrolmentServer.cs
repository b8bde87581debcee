using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Packetboat.Admin.Enrolment;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;

namespace Packetboat.Serving;

/// <summary>
/// The enrolment API on HTTPS listeners of its own. A server apart from <see cref="MailServer"/>, so that no mistake in a route can show
/// strangers the control API; and with limits of its own, because whoever can connect may ask.
/// </summary>
internal sealed class EnrolmentServer(
    IReadOnlyList<IPEndPoint> endPoints,
    ICertificateSource certificates,
    Enrolment enrolment,
    TimeProvider time,
    ILoggerFactory loggers
) : IHostedService
{
    private const int MaxConnections = 100;
    private const int MaxConnectionsPerClient = 10;
    private const int MaxHeaders = 8 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConnectionsPerClient _clients = new(MaxConnectionsPerClient);
    private WebApplication? _app;

    /// <exception cref="IOException">An address cannot be had; the message says which, why, and what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = Bind);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Bound(kestrel);
            foreach (IPEndPoint endPoint in endPoints)
                kestrel.Listen(endPoint, Secure);
        });
        _app = builder.Build();
        // A key derivation or a question to the database, off the thread that sockets live on.
        _app.Use((context, next) => Task.Run(() => next(context)));
        EnrolmentApi.Map(_app, enrolment, time);
        await _app.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is null)
            return;
        await _app.StopAsync(cancellationToken);
        await _app.DisposeAsync();
        _app = null;
    }

    private static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = EnrolmentApi.MaxRequest;
        limits.MaxRequestBufferSize = 2 * EnrolmentApi.MaxRequest;
        limits.MaxRequestHeadersTotalSize = MaxHeaders;
        limits.MaxRequestLineSize = MaxHeaders / 4;
        limits.MaxRequestHeaderCount = 40;
        limits.RequestHeadersTimeout = Patience;
        limits.KeepAliveTimeout = Patience;
    }

    private void Secure(ListenOptions listener)
    {
        listener.Protocols = HttpProtocols.Http1;
        listener.Use(next => connection => _clients.ServeAsync(connection, next));
        listener.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = Patience,
                OnConnection = _ => ValueTask.FromResult(Options(certificates.ServerOptions())),
            }
        );
    }

    /// <summary>A copy: the protocol of HTTP must not get into what SMTP listeners offer.</summary>
    private static SslServerAuthenticationOptions Options(SslServerAuthenticationOptions ofMail) =>
        new()
        {
            ServerCertificateContext = ofMail.ServerCertificateContext,
            EnabledSslProtocols = ofMail.EnabledSslProtocols,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };

    private static Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // 0.0.0.0 and :: are listed apart, so :: must not mean both.
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new IOException(
                $"{endPoint} enrolment: {failure.Message}; choose another EnrolmentPort in packetboat.ini, or give the program the right to listen there",
                failure
            );
        }
    }
}
