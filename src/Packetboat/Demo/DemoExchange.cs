using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Queue;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Serving;

namespace Packetboat.Demo;

/// <summary>The mail exchanger of the recipient's domain: takes everything, keeps it in memory. Our own server session, with another spool.</summary>
internal sealed class DemoExchange : IAsyncDisposable, ISpool, IRelayPolicy
{
    private readonly MailServer _server;
    private readonly CertificateFiles _certificates;
    private readonly AccountAuthenticator _accounts;

    /// <summary>Letters that nobody has looked at. With more the sender waits for his 250.</summary>
    private const int MaxLetters = 100;

    private readonly Channel<Letter> _letters = Channel.CreateBounded<Letter>(MaxLetters);

    private DemoExchange(
        IPEndPoint endPoint,
        BoundSockets sockets,
        CertificateFiles certificates,
        ILoggerFactory loggers,
        TimeProvider time
    )
    {
        _certificates = certificates;
        _accounts = new AccountAuthenticator(new NoAccounts(), new SecretBox(new byte[32]), time);
        var settings = new SmtpServerSettings(HostName, 0, 100, TimeSpan.FromMinutes(2), 50, false, _ => false, TimeSpan.Zero);
        var connections = new SmtpConnections(
            () => settings,
            () => new ConnectionLimits(0, 0),
            certificates,
            this,
            this,
            _accounts,
            new SignInAttempts(time, TimeSpan.Zero, 0, TimeSpan.Zero),
            new MailLog(loggers.CreateLogger<MailLog>()),
            time
        );
        _server = new MailServer(
            [new SmtpListener(endPoint, ListenerKind.Transfer)],
            sockets,
            connections,
            control: null,
            [],
            loggers
        );
    }

    public static string HostName => "mx.far.example";

    /// <summary>What arrived, in order.</summary>
    public ChannelReader<Letter> Letters => _letters.Reader;

    public static async Task<DemoExchange> StartAsync(
        string folder,
        int port,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken ct
    )
    {
        Directory.CreateDirectory(folder);
        (string certificate, string key) = (Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "certificate.key"));
        SelfSignedCertificate.Ensure(certificate, key, HostName, time);
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        BoundSockets sockets = await BoundSockets.BindAsync(
            [new SmtpListener(endPoint, ListenerKind.Transfer)],
            0,
            TimeSpan.Zero,
            time,
            ct
        );
        var certificates = new CertificateFiles(certificate, key, time, loggers.CreateLogger<CertificateFiles>());
        var exchange = new DemoExchange(endPoint, sockets, certificates, loggers, time);
        await exchange._server.StartAsync(ct);
        return exchange;
    }

    public string? Refusal => null;

    public ISpooledMessage Begin() => new Incoming(this);

    public RelayVerdict Decide(IPAddress client, ListenerKind listener, bool isSignedIn, MailAddress recipient) =>
        new RelayVerdict.Allowed(recipient, "everybody's mailbox is here");

    public bool Trusts(IPAddress client) => true;

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        _certificates.Dispose();
        _accounts.Dispose();
    }

    /// <summary>A message in the recipient's mailbox.</summary>
    internal sealed record Letter(string Sender, IReadOnlyList<string> Recipients, byte[] Content);

    private sealed class Incoming(DemoExchange exchange) : ISpooledMessage
    {
        private readonly MemoryStream _content = new();

        public string Id { get; } = MessageId.New();

        public long Size => _content.Length;

        public void Append(ReadOnlySpan<byte> bytes) => _content.Write(bytes);

        public ValueTask FlushAsync(CancellationToken stopping) => ValueTask.CompletedTask;

        public async Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping)
        {
            var letter = new Letter(
                envelope.Sender?.ToString() ?? "",
                [.. envelope.Recipients.Select(to => to.Address.ToString())],
                [.. envelope.Trace, .. _content.ToArray()]
            );
            await exchange._letters.Writer.WriteAsync(letter, stopping);
        }

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }

    private sealed class NoAccounts : IAccountStore
    {
        public ValueTask<bool> AddAsync(Account account, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<bool> RemoveAsync(QwkId id, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct) =>
            ValueTask.FromResult<IReadOnlyList<Account>>([]);

        public ValueTask<AccountWithCredentials?> FindAsync(string loginForm, CancellationToken ct) =>
            ValueTask.FromResult<AccountWithCredentials?>(null);

        public ValueTask<bool> SetSuspensionAsync(QwkId id, Suspension suspension, CancellationToken ct) =>
            ValueTask.FromResult(false);

        public ValueTask<bool> ResumeAsync(QwkId id, Func<UsageCounters>? counters, CancellationToken ct) =>
            ValueTask.FromResult(false);

        public ValueTask<Suspension?> FindRelayingSuspensionAsync(CancellationToken ct) =>
            ValueTask.FromResult<Suspension?>(null);

        public ValueTask SetRelayingSuspensionAsync(Suspension? suspension, CancellationToken ct) => ValueTask.CompletedTask;

        public ValueTask<bool> SetDomainAsync(AccountDomain domain, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<bool> UpdateDomainAsync(AccountDomain domain, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<bool> RemoveDomainAsync(QwkId id, string domain, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<bool> SetCredentialAsync(Credential credential, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<bool> RemoveCredentialAsync(QwkId id, string credential, CancellationToken ct) =>
            ValueTask.FromResult(false);

        public ValueTask NoteUseAsync(QwkId id, string credential, CredentialUse use, CancellationToken ct) =>
            ValueTask.CompletedTask;

        public ValueTask<bool> SetSignInRuleAsync(QwkId id, SignInRule rule, CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<Credential?> FindKeyAsync(byte[] keyHash, CancellationToken ct) =>
            ValueTask.FromResult<Credential?>(null);

        public ValueTask<bool> HasKeysAsync(CancellationToken ct) => ValueTask.FromResult(false);

        public ValueTask<bool> HasReversibleSecretsAsync(CancellationToken ct) => ValueTask.FromResult(false);
    }
}
