using System.Net.Security;
using Packetboat.Protocol.Sasl;
using Packetboat.Relay.Listening;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>The client's end of one connection, and the server's work on it.</summary>
internal sealed class SmtpTestClient
{
    private readonly MemoryConnection _connection;
    private readonly Task _serving;
    private Stream _stream;
    private LineSource _lines;
    private IReadOnlyList<ChannelBinding> _bindings = [];
    private bool _isClosed;

    public SmtpTestClient(SmtpScene scene, SmtpConnections connections, int window = 64 * 1024 * 1024)
    {
        _connection = new MemoryConnection(scene.Client, window);
        _stream = _connection.Client;
        _lines = new LineSource(_stream);
        _serving = scene.ServeAsync(connections, _connection);
    }

    /// <summary>Whether the server has said more than was read, or has closed the connection.</summary>
    public bool IsReady => !_isClosed && _lines.IsReady;

    public Task Serving => _serving;

    public Task<string?> NextAsync(CancellationToken ct) => _lines.NextAsync(ct);

    /// <summary>What the server has said and nobody has read.</summary>
    public async Task<string?> LeftoverAsync(CancellationToken ct) => IsReady ? await NextAsync(ct) : null;

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => await _stream.WriteAsync(bytes, ct);

    /// <summary>Says a line and returns the reply, of which only the last line counts.</summary>
    public async Task<string> SayAsync(string line, CancellationToken ct)
    {
        await SendAsync(WireText.Bytes(line + "\r\n"), ct);
        return await ReplyAsync(ct);
    }

    public async Task<string> ReplyAsync(CancellationToken ct)
    {
        while (await NextAsync(ct) is { } line)
            if (line.Length < 4 || line[3] != '-')
                return line;
        return "closed";
    }

    public async Task GreetAsync(CancellationToken ct)
    {
        Assert.StartsWith("220 ", await ReplyAsync(ct), StringComparison.Ordinal);
        Assert.StartsWith("250 ", await SayAsync("EHLO node.example", ct), StringComparison.Ordinal);
    }

    public async Task GreetOverTlsAsync(CancellationToken ct)
    {
        await GreetAsync(ct);
        if (_stream is SslStream)
            return;
        Assert.StartsWith("220 ", await SayAsync("STARTTLS", ct), StringComparison.Ordinal);
        await StartTlsAsync(ct);
        Assert.StartsWith("250 ", await SayAsync("EHLO node.example", ct), StringComparison.Ordinal);
    }

    public async Task StartTlsAsync(CancellationToken ct, bool withKey = false)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(
            withKey ? TestCertificate.ClientOptionsWithKey() : TestCertificate.ClientOptions(),
            ct
        );
        _stream = tls;
        _lines = new LineSource(tls);
        _bindings = TlsBinding.Of(tls);
    }

    /// <summary>A whole exchange; the reply that ends it is left to be read.</summary>
    public async Task SignInAsync(string mechanism, string name, string password, CancellationToken ct)
    {
        var options = new SaslClientOptions(name, password)
        {
            ChannelBindings = _bindings,
            ServerOffersPlus = _bindings.Count > 0,
        };
        SaslClientExchange exchange = SaslMechanisms.CreateClient(mechanism, options)!;
        string initial = exchange.InitialResponse() is { } first ? " " + Convert.ToBase64String(first.Span) : "";
        string reply = await SayAsync($"AUTH {mechanism}{initial}", ct);
        while (reply.StartsWith("334 ", StringComparison.Ordinal))
        {
            SaslClientStep step = exchange.Next(Convert.FromBase64String(reply[4..]));
            string answer = step is SaslClientStep.Response response ? Convert.ToBase64String(response.Data.Span) : "*";
            reply = await SayAsync(answer, ct);
        }

        Assert.True(exchange.IsComplete || !reply.StartsWith('2'), "a 235 came before the exchange was complete");
        _lines.Unread(reply);
    }

    /// <summary>Hangs up, and waits until the server has noticed.</summary>
    public async Task CloseAsync(CancellationToken ct)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        await _connection.Client.DisposeAsync();
        await _serving.WaitAsync(ct);
    }
}
