using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Testing;

namespace Packetboat.Bench.Micro;

/// <summary>One transaction of a kept connection, wire to wire, with nothing behind it: MAIL, RCPT, DATA, content.</summary>
internal sealed class SessionOperation : IOperation
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryConnection _connection = new(IPAddress.Parse("192.0.2.10"));
    private readonly Task _serving;
    private readonly byte[] _content;
    private readonly byte[] _heard = new byte[4096];

    public SessionOperation(string name, byte[] text)
    {
        (Name, _content) = (name, [.. text, .. ".\r\n"u8]);
        File.WriteAllText(_folder.File("relay.cfg"), "192.0.2.10\n");
        var settings = new SmtpServerSettings(
            "hub.example",
            MaxMessageSize: 20 << 20,
            MaxRecipients: 100,
            Inactivity: TimeSpan.FromMinutes(2),
            MaxHops: 50,
            AllowRelay: true,
            MayAuthInClear: _ => true,
            FailedSignInPause: TimeSpan.Zero
        );
        var connections = new SmtpConnections(
            () => settings,
            () => new ConnectionLimits(0, 0),
            new TestCertificate(),
            new RelayPolicy(
                new AliasFile(_folder.File("alias.cfg"), TimeSpan.FromHours(1), TimeProvider.System),
                new FilterFile(_folder.File("relay.cfg"), TimeSpan.FromHours(1), TimeProvider.System),
                () => settings
            ),
            new NoSpool(),
            new AccountAuthenticator(new MemoryAccountStore(), new SecretBox(new byte[32]), TimeProvider.System),
            new SignInAttempts(TimeProvider.System, TimeSpan.Zero, 0, TimeSpan.Zero),
            new MailLog(NullLogger<MailLog>.Instance),
            TimeProvider.System
        );
        _serving = connections.ServeAsync(_connection.Server, ListenerKind.Transfer, CancellationToken.None);
        HearAsync('2').GetAwaiter().GetResult();
        SayAsync("EHLO node.example\r\n"u8.ToArray(), '2').GetAwaiter().GetResult();
    }

    public string Name { get; }

    private static ReadOnlyMemory<byte> Mail { get; } = "MAIL FROM:<alice@node.example>\r\n"u8.ToArray();

    private static ReadOnlyMemory<byte> Rcpt { get; } = "RCPT TO:<joe@far.example>\r\n"u8.ToArray();

    private static ReadOnlyMemory<byte> Data { get; } = "DATA\r\n"u8.ToArray();

    public async Task RunAsync()
    {
        await SayAsync(Mail, '2');
        await SayAsync(Rcpt, '2');
        await SayAsync(Data, '3');
        await SayAsync(_content, '2');
    }

    public async ValueTask DisposeAsync()
    {
        _connection.EndSending();
        await _serving;
        await _connection.DisposeAsync();
        _folder.Dispose();
    }

    private async Task SayAsync(ReadOnlyMemory<byte> text, char expected)
    {
        await _connection.Client.WriteAsync(text);
        await HearAsync(expected);
    }

    private async Task HearAsync(char expected)
    {
        int length = await _connection.Client.ReadAsync(_heard);
        if (length == 0 || _heard[0] != expected)
            throw new InvalidOperationException(System.Text.Encoding.ASCII.GetString(_heard, 0, length));
    }

    /// <summary>Takes everything and keeps nothing.</summary>
    private sealed class NoSpool : ISpool
    {
        public string? Refusal => null;

        public ISpooledMessage Begin() => new Message();

        private sealed class Message : ISpooledMessage
        {
            public string Id => "7XK2M9QWTY";

            public long Size { get; private set; }

            public void Append(ReadOnlySpan<byte> bytes) => Size += bytes.Length;

            public ValueTask FlushAsync(CancellationToken stopping) => ValueTask.CompletedTask;

            public Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping) => Task.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
