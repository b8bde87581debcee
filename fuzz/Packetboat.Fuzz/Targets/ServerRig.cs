using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Telemetry;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>A server with everything real in it but the disk, the clock and the network; a new conversation is one call.</summary>
internal sealed class ServerRig
{
    public const string Account = "MYBBS";
    public const string Password = "sesame open";

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly AccountAuthenticator _accounts;
    private readonly RelayPolicy _policy;

    public ServerRig()
    {
        var store = new MemoryAccountStore();
        var box = new SecretBox([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var id = QwkId.Parse(Account);
        store.AddAsync(new Account(id, _time.GetUtcNow()), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        AccountWithCredentials account = store.FindAsync(id.LoginForm, CancellationToken.None).AsTask().GetAwaiter().GetResult()!;
        if (
            !new CredentialIssuer(box, _time).TryIssue(
                account,
                Credential.DefaultName,
                Password,
                reversible: true,
                out Credential? credential,
                out _
            )
        )
            throw new InvalidOperationException("the rig's own account is refused");
        store.SetCredentialAsync(credential, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        _accounts = new AccountAuthenticator(store, box, _time);
        File.WriteAllText(_folder.File("relay.cfg"), "192.0.2.10\n");
        File.WriteAllText(_folder.File("alias.cfg"), "info@hub.example sysop@far.example\n");
        _policy = new RelayPolicy(
            new AliasFile(_folder.File("alias.cfg"), TimeSpan.FromHours(1), _time),
            new FilterFile(_folder.File("relay.cfg"), TimeSpan.FromHours(1), _time),
            () => Settings
        );
    }

    public static SmtpServerSettings Settings { get; } =
        new(
            "hub.example",
            MaxMessageSize: 20_000,
            MaxRecipients: 20,
            Inactivity: TimeSpan.FromSeconds(120),
            MaxHops: 30,
            AllowRelay: false,
            MayAuthInClear: _ => true,
            FailedSignInPause: TimeSpan.Zero
        );

    /// <summary>One client that says all this, and then no more.</summary>
    /// <param name="said">By the client.</param>
    /// <param name="piece">Octets in one write.</param>
    /// <param name="listener">By which door.</param>
    public Conversed Converse(ReadOnlySpan<byte> said, int piece, ListenerKind listener)
    {
        var spool = new MemorySpool();
        var log = new ListLogger<MailLog>();
        var connections = new SmtpConnections(
            () => Settings,
            () => new ConnectionLimits(0, 0),
            new TestCertificate(),
            _policy,
            spool,
            _accounts,
            new SignInAttempts(_time, TimeSpan.Zero, 0, TimeSpan.Zero),
            new MailLog(log),
            _time
        );
        var connection = new MemoryConnection(IPAddress.Parse("192.0.2.10"));
        var heard = new List<byte>();
        Task serving = ServeAsync(connections, connection, listener);
        Task<int>? hearing = null;
        byte[] buffer = new byte[4096];
        for (int at = 0; at < said.Length; at += piece)
        {
            connection.Client.WriteAsync(said.Slice(at, Math.Min(piece, said.Length - at)).ToArray()).AsTask().Wait(LongEnough);
            hearing = Hear(connection, hearing, buffer, heard);
        }

        connection.EndSending();
        Check.That(serving.Wait(LongEnough), "a session that does not end with its connection");
        while (Hear(connection, hearing, buffer, heard) is { } more && more.Wait(LongEnough) && more.Result > 0)
        {
            heard.AddRange(buffer.AsSpan(0, more.Result));
            hearing = null;
        }

        connection.DisposeAsync().AsTask().Wait(LongEnough);
        return new Conversed([.. heard], spool, log.Lines);
    }

    private static async Task ServeAsync(SmtpConnections connections, MemoryConnection connection, ListenerKind listener)
    {
        await connections.ServeAsync(connection.Server, listener, CancellationToken.None);
        await connection.HangUpAsync();
    }

    /// <summary>Takes what has been said so far, without waiting.</summary>
    private static Task<int>? Hear(MemoryConnection connection, Task<int>? hearing, byte[] buffer, List<byte> heard)
    {
        while (true)
        {
            hearing ??= connection.Client.ReadAsync(buffer).AsTask();
            if (!hearing.IsCompleted || hearing.Result == 0)
                return hearing;
            heard.AddRange(buffer.AsSpan(0, hearing.Result));
            hearing = null;
        }
    }
}

/// <summary>What came of a conversation.</summary>
internal sealed record Conversed(byte[] Heard, MemorySpool Spool, IReadOnlyList<string> Log);
