using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Wire;

/// <summary>
/// Sits between two mail servers, understands what they say, in TLS too because it has the key, and does harm to some of the connections.
/// </summary>
internal sealed class Interceptor : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly InterceptorSettings _settings;
    private readonly Random _dice;
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenSource _calm = new();
    private readonly ConcurrentDictionary<Task, bool> _open = new();
    private readonly Task _loop;

    public Interceptor(IPEndPoint listen, IPEndPoint target, InterceptorSettings settings, int seed)
    {
        (_target, _settings, _dice) = (target, settings, new Random(seed));
        _listener.Bind(listen);
        _listener.Listen(512);
        _loop = ListenAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int Connections { get; private set; }

    /// <summary>Strikes that fell, by where and what.</summary>
    public ConcurrentDictionary<(Phase Phase, Blow Blow), int> Struck { get; } = new();

    /// <summary>Silences that one of the installations under test ended, by who it was to the other and where.</summary>
    public ConcurrentDictionary<(string Who, Phase Phase), int> TimedOut { get; } = new();

    /// <summary>How often each strike that is possible here fell.</summary>
    public IEnumerable<(Phase Phase, Blow Blow, int Count)> Counts() =>
        Strike
            .Phases(_settings.SignsIn)
            .SelectMany(phase =>
                Strike
                    .Blows(phase, _settings.IsServerTormented)
                    .Select(blow => (phase, blow, Struck.GetValueOrDefault((phase, blow))))
            );

    /// <summary>No more harm from now on; silences end.</summary>
    public Task CalmAsync() => _calm.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _loop;
        await Task.WhenAll(_open.Keys);
        _over.Dispose();
        _calm.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_over.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            Connections++;
            Strike? strike =
                !_calm.IsCancellationRequested && _dice.NextDouble() < _settings.Harm
                    ? Strike.Next(_dice, _settings.IsServerTormented, _settings.SignsIn)
                    : null;
            Task session = Task.Run(() => RunAsync(client, strike));
            _open.TryAdd(session, true);
            _ = session.ContinueWith(done => _open.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private async Task RunAsync(Socket client, Strike? strike)
    {
        client.NoDelay = true;
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(_target, _over.Token);
        }
        catch (Exception dead) when (dead is SocketException or OperationCanceledException)
        {
            server.Dispose();
            client.Dispose();
            return;
        }

        using var interception = new Interception(client, server, strike, _settings, this);
        await interception.RunAsync(_calm.Token, _over.Token);
    }
}

/// <summary>What an interceptor does, and what it knows.</summary>
/// <param name="Harm">Which part of the connections is struck.</param>
/// <param name="IsServerTormented">The product is the server here, not the client.</param>
/// <param name="SignsIn">Whether clients sign in here.</param>
/// <param name="SenderName">By which the sending installation calls itself in what it puts in front of a message; empty: it puts nothing.</param>
/// <param name="Certificate">To be both ends of TLS.</param>
/// <param name="Handovers">Where it writes down what passed.</param>
/// <param name="Client">The installation that calls; null: somebody else.</param>
/// <param name="Server">The installation that is called; null: somebody else.</param>
internal sealed record InterceptorSettings(
    double Harm,
    bool IsServerTormented,
    bool SignsIn,
    string SenderName,
    X509Certificate2 Certificate,
    Handovers Handovers,
    Boat? Client,
    Boat? Server
);
