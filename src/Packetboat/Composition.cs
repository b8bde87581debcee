using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Packetboat.Admin.Api;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Resolver;
using Packetboat.Relay.Signing;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tokens;
using Packetboat.Serving;
using Packetboat.Storage.Sqlite;

namespace Packetboat;

/// <summary>
/// One installation, put together by hand: its settings, its store, and everything that works on them. <c>serve</c> runs it, a command opens
/// it for a moment while no server runs, and <c>demo</c> has two of them.
/// </summary>
internal sealed class Composition : IAsyncDisposable
{
    private const string SettingsAlarm = "settings";
    private const string ApplicationsAlarm = "applications";

    private static readonly TimeSpan ListCheck = TimeSpan.FromSeconds(5);

    private readonly Reserve[] _reserves;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly SqliteStore _store;
    private readonly AccountAuthenticator _authenticator;
    private readonly MailLog _log;
    private readonly ISpool _spool;
    private readonly SuspensionKeeper _suspensions;
    private readonly DomainProofs _proofs;
    private readonly DkimKeyWatch _keyWatch;
    private readonly AuthorizationServer _authorization;
    private readonly TokenKeeper _tokens;
    private readonly TokenWatch _tokenWatch;
    private readonly IdleMemory _idleMemory;
    private readonly ClockComparison _clocks;
    private readonly ListingWatch _listing;
    private readonly DoctorRounds _doctor;
    private readonly DoctorWatch _doctorWatch;
    private readonly SendingUsage _usage;
    private readonly LimitKeeper _limits;
    private readonly Complaints _complaints;
    private readonly ArrivalGate _arrival;
    private readonly ArrivalNotices _arrivalNotices;
    private readonly RewrittenSenders _rewritten;
    private readonly Enrolment _enrolment;
    private readonly AlarmServices _alarms;
    private DateTimeOffset? _started;
    private SmtpConnections? _connections;
    private IReadOnlyList<SmtpListener> _listeners = [];
    private List<IPEndPoint> _enrolmentEndPoints = [];

    /// <exception cref="IOException">The store is in use, or the disk refuses.</exception>
    /// <exception cref="InvalidDataException">The store cannot be used.</exception>
    /// <param name="settings">Valid.</param>
    /// <param name="environment">Where they were read.</param>
    /// <param name="loggers">For all of it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="delivers">False while only a command has it open: what is queued then waits for the server.</param>
    public Composition(
        Settings settings,
        ConfigurationEnvironment environment,
        ILoggerFactory loggers,
        TimeProvider time,
        bool delivers = true
    )
    {
        (_time, _loggers) = (time, loggers);
        Settings = new SettingsSource(settings, environment, time, loggers.CreateLogger<SettingsSource>());
        _log = new MailLog(loggers.CreateLogger<MailLog>());
        _store = SqliteStore.Open(settings.Packetboat.DataDirectory, time);
        var box = SecretBox.Open(settings.Packetboat.DataDirectory);
        _authenticator = new AccountAuthenticator(_store, box, time);
        var resolver = new CachingResolver(
            new ResolverOptions
            {
                Server = settings.Mail.DnsServer?.ToString(),
                UseTcp = settings.Mail.Options.HasFlag(MailOptions.USE_TCP_DNS),
                IsTrusted = settings.Packetboat.DnssecTrusted,
            },
            time
        );
        var keys = new DkimKeyFolder(settings.Packetboat.DataDirectory, time);
        var systemKey = new SystemSigningKey(() => Settings.Current, _log, time);
        var signingKeys = new AllSigningKeys(systemKey, new DomainSigningKeys(keys, _log, time));
        var signer = new MessageSigner(signingKeys, _log, time);
        var arrivalSettings = new ArrivalSource(() => Settings.Current);
        var rewriter = new SenderRewriter(box, () => arrivalSettings.Current, time);
        _rewritten = new RewrittenSenders(rewriter, time);
        _usage = new SendingUsage(_store, () => Settings.Current.Packetboat.Limits, time);
        _authorization = new AuthorizationServer(time);
        _tokens = new TokenKeeper(
            _store,
            _authorization,
            box,
            time,
            () => !Settings.Current.Mail.Options.HasFlag(MailOptions.NO_SENDMAIL)
        );
        _idleMemory = new IdleMemory(_log, time);
        _tokenWatch = new TokenWatch(_tokens, () => Settings.Current, _store, _log, time);
        _clocks = new ClockComparison(_store, _log, time);
        SendMail = new SendMail(
            _store,
            _store,
            _store,
            _store,
            _store,
            resolver,
            () => Settings.Current,
            _log,
            time,
            delivers,
            new SuspensionList(_store, time),
            signer,
            (account, recipients, accepted) =>
                QwkId.TryParse(account, out QwkId? id, out _)
                    ? _usage.HardBouncedAsync(id, recipients, accepted)
                    : ValueTask.CompletedTask,
            rewriter.Original,
            _tokens,
            _store,
            _clocks
        );
        _suspensions = new SuspensionKeeper(_store, _store, SendMail.Scheduler, SendMail.BounceAsync, _store, _log, time);
        _proofs = new DomainProofs(_store, resolver, _store, _store, _log, time);
        Settings.Changed += SettingsChanged;
        Settings.Refused += SettingsRefused;
        _keyWatch = new DkimKeyWatch(
            keys,
            systemKey,
            resolver,
            _store,
            _store,
            _log,
            loggers.CreateLogger<DkimKeyWatch>(),
            time,
            () => Settings.Current.Packetboat
        );
        _spool = new SigningSpool(new MessageSpool(_store, SendMail.Scheduler, _reserves = Reserves(), time), signer);
        _limits = new LimitKeeper(_store, _store, _store, _usage, SendMail.Scheduler, _suspensions, _store, _log, time);
        _usage.Reached += (id, reached) => _ = _limits.ReachedAsync(id, reached);
        _complaints = new Complaints(
            _store,
            _store,
            _store,
            _store,
            _usage,
            new ComplaintReporters(resolver, () => Settings.Current.Packetboat.ComplaintReporters, time),
            () => Settings.Current.Mail.HostName,
            _log,
            time
        );
        var issuer = new CredentialIssuer(box, time);
        var enrolment = new EnrolmentSource(() => Settings.Current, time);
        _enrolment = new Enrolment(
            _store,
            _store,
            issuer,
            box,
            new EnrolmentBrake(time),
            () => enrolment.Current,
            time,
            loggers.CreateLogger<Enrolment>()
        );
        _enrolment.Applied += () => _ = ApplicationsChangedAsync(CancellationToken.None);
        var local = new LocalSubmission(_spool, ServerSettings, _log, time, SendMail.RuleThatKeepsIn);
        _arrivalNotices = new ArrivalNotices(
            _store,
            local,
            () => arrivalSettings.Current,
            () => Settings.Current.Packetboat.ReportLanguage,
            _log,
            time
        );
        var sendingAddresses = new SendingAddresses(resolver, () => arrivalSettings.Current);
        _arrival = new ArrivalGate(
            new ArrivalCheck(resolver, sendingAddresses, signingKeys, () => arrivalSettings.Current, time),
            _store,
            rewriter,
            _arrivalNotices,
            () => arrivalSettings.Current
        );
        _doctor = new DoctorRounds(
            () => SubjectIn(Settings.Current.CtrlDirectory, environment),
            _tokens,
            new LastReport(settings.Packetboat.DataDirectory),
            time
        );
        _doctorWatch = new DoctorWatch(
            SendMail.Moves,
            SendMail.Scheduler.Troubles,
            () => new LastReport(settings.Packetboat.DataDirectory).Read()?.At,
            (reason, ct) => _doctor.ExamineAsync(reason, subject => subject, ct),
            _log,
            time,
            () => SendMail.IsShutOut
        );
        Operations = new LocalOperations(
            _store,
            _store,
            _store,
            issuer,
            SendMail,
            local,
            _suspensions,
            _proofs,
            _usage,
            _limits,
            _store,
            new Invitations(_store, _store, () => enrolment.Current, Pin, ApplicationsChangedAsync, time),
            new AlarmDesk(_store, _store, time),
            _arrival,
            new TokenDesk(_tokens, () => Settings.Current, Settings.Refreshed, SendMail.Scheduler.Wake),
            _doctor,
            State,
            (id, ct) => _connections?.SignOutAsync(id, ct) ?? Task.CompletedTask,
            time
        );
        _listing = new ListingWatch(
            sendingAddresses,
            resolver,
            () => Settings.Current.Packetboat.ListingCheck,
            _store,
            _log,
            time
        );
        _alarms = new AlarmServices(
            _store,
            () => Settings.Current,
            _reserves,
            Operations,
            () => _connections,
            _clocks,
            _log,
            time
        );
    }

    public static string Version { get; } =
        typeof(Composition)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "";

    public SettingsSource Settings { get; }

    public SendMail SendMail { get; }

    public IOperations Operations { get; }

    /// <summary>For relays that are shown one.</summary>
    public TokenKeeper Tokens => _tokens;

    /// <summary>The certificate that other hosts see, made where there is none.</summary>
    public static (string Certificate, string Key) CertificateFiles(Settings settings)
    {
        PacketboatSettings own = settings.Packetboat;
        if (own.Certificate.Length > 0)
            return (own.Certificate, own.CertificateKey.Length > 0 ? own.CertificateKey : own.Certificate);
        return (Path.Combine(own.DataDirectory, "certificate.pem"), Path.Combine(own.DataDirectory, "certificate.key"));
    }

    /// <summary>What the doctor examines here.</summary>
    public static Subject SubjectIn(string ctrl, ConfigurationEnvironment environment)
    {
        var subject = Subject.In(ctrl, environment);
        return subject.Settings is { } settings ? subject with { CertificateFiles = CertificateFiles(settings) } : subject;
    }

    /// <summary>The server over this installation, bound but not started.</summary>
    /// <exception cref="IOException">An address cannot be had.</exception>
    /// <exception cref="InvalidDataException">The certificate cannot be used.</exception>
    public async Task<MailServer> BuildServerAsync(CancellationToken ct)
    {
        Settings now = Settings.Current;
        (string certificate, string key) = CertificateFiles(now);
        if (now.Packetboat.Certificate.Length == 0)
            SelfSignedCertificate.Ensure(certificate, key, now.Mail.HostName, _time);
        var certificates = new CertificateFiles(certificate, key, _time, _loggers.CreateLogger<CertificateFiles>());

        _listeners = ListenersOf(now.Mail);
        _connections = new SmtpConnections(
            ServerSettings,
            () => LimitsOf(Settings.Current),
            certificates,
            PolicyOf(now),
            _spool,
            _authenticator,
            AttemptsOf(now.Mail),
            _log,
            _time,
            _usage,
            _complaints,
            _arrival,
            _rewritten
        );
        BoundSockets sockets = await BoundSockets.BindAsync(
            _listeners,
            now.Mail.BindRetryCount,
            now.Mail.BindRetryDelay,
            _time,
            ct
        );
        string socket = ControlSocket.PathIn(now.Packetboat.DataDirectory);
        await _store.ClearAlarmAsync(SettingsAlarm, ct);
        // Where it is still so the alarm stands: a restart is no news.
        foreach (Reserve reserve in _reserves.Where(reserve => reserve.Refusal is null))
            await _store.ClearAlarmAsync(reserve.What, ct);
        _started = _time.GetUtcNow();
        List<IHostedService> services =
        [
            Settings,
            SendMail.Scheduler,
            SendMail.DelayNotices,
            SendMail.TlsReporter!,
            SendMail.DirectProbe,
            _suspensions,
            _proofs,
            _keyWatch,
            _tokenWatch,
            _idleMemory,
            _listing,
            _doctorWatch,
            _limits,
            _arrivalNotices,
        ];
        services.AddRange(_alarms.All);
        if ((_enrolmentEndPoints = EnrolmentEndPoints(now)).Count > 0)
            services.Add(new EnrolmentServer(_enrolmentEndPoints, certificates, _enrolment, _time, _loggers));
        return new MailServer(_listeners, sockets, _connections, (socket, Operations), services, _loggers);
    }

    public async ValueTask DisposeAsync()
    {
        _alarms.Dispose();
        _suspensions.Dispose();
        _proofs.Dispose();
        _keyWatch.Dispose();
        _tokenWatch.Dispose();
        _idleMemory.Dispose();
        _clocks.Dispose();
        _listing.Dispose();
        _doctorWatch.Dispose();
        _doctor.Dispose();
        _limits.Dispose();
        _arrivalNotices.Dispose();
        _complaints.Dispose();
        SendMail.Dispose();
        await _tokens.DisposeAsync();
        _authorization.Dispose();
        _authenticator.Dispose();
        await _store.DisposeAsync();
    }

    private void SettingsChanged()
    {
        SendMail.Scheduler.Wake();
        SendMail.DirectProbe.Wake();
        _alarms.Wake();
        _ = _store.ClearAlarmAsync(SettingsAlarm, CancellationToken.None);
    }

    private void SettingsRefused(string problem)
    {
        string text = $"the changed settings are refused, the old ones stay in force: {problem}. See: packetboat config check";
        _ = _store.RaiseAlarmAsync(new Alarm(SettingsAlarm, _time.GetUtcNow(), text), CancellationToken.None);
    }

    /// <summary>The operator must act on applications: nobody else can.</summary>
    private async Task ApplicationsChangedAsync(CancellationToken ct)
    {
        int waiting = (await _store.ListApplicationsAsync(ct)).Count(application => application.Refused is null);
        if (waiting == 0)
        {
            await _store.ClearAlarmAsync(ApplicationsAlarm, ct);
            return;
        }

        string text = $"applications for an account wait for you: {waiting}. See: packetboat invite requests";
        await _store.RaiseAlarmAsync(new Alarm(ApplicationsAlarm, _time.GetUtcNow(), text), ct);
    }

    /// <summary>SHA-256 of the certificate that we made ourselves, which nobody can verify otherwise; null where there is another.</summary>
    private string? Pin()
    {
        Settings now = Settings.Current;
        (string certificate, _) = CertificateFiles(now);
        if (now.Packetboat.Certificate.Length > 0 || !File.Exists(certificate))
            return null;
        using X509Certificate2 own = X509CertificateLoader.LoadCertificateFromFile(certificate);
        return own.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
    }

    private Reserve[] Reserves()
    {
        string data = Settings.Current.Packetboat.DataDirectory;
        long diskReserve() => Settings.Current.Packetboat.DiskReserve;
        Reserve[] reserves =
        [
            new(
                "disk",
                "DiskReserve",
                diskReserve,
                () => FreeSpace.ForMail(FreeSpace.OnDiskOf(data), _store.RoomInside, diskReserve()),
                _time
            ),
            new("memory", "MemoryReserve", () => Settings.Current.Packetboat.MemoryReserve, FreeSpace.InMemory, _time),
        ];
        reserves[0].Changed += refusal => ReserveChanged(reserves[0], refusal, $"Make room on the disk of {data}");
        reserves[1].Changed += refusal => ReserveChanged(reserves[1], refusal, "End what else takes memory, or give this more");
        return reserves;
    }

    private void ReserveChanged(Reserve reserve, string? refusal, string remedy)
    {
        if (refusal is null)
        {
            _log.AlarmCleared(reserve.What);
            _ = _store.ClearAlarmAsync(reserve.What, CancellationToken.None);
            return;
        }

        string text = $"no mail is taken: {refusal}. {remedy}; it goes on by itself";
        _log.AlarmRaised(reserve.What, text);
        _ = _store.RaiseAlarmAsync(new Alarm(reserve.What, _time.GetUtcNow(), text), CancellationToken.None);
    }

    private ServerState State() =>
        new(
            Version,
            Settings.Current.Mail.HostName,
            _started,
            [.. _listeners.Select(l => l.ToString()), .. _enrolmentEndPoints.Select(e => $"{e} enrolment")],
            _connections?.Open ?? 0,
            AccountsPort()
        );

    /// <summary>Of what listens, or where nothing runs of what would.</summary>
    private int? AccountsPort() =>
        (_listeners.Count > 0 ? _listeners : ListenersOf(Settings.Current.Mail))
            .Where(listener => listener.Kind is ListenerKind.Submission or ListenerKind.TlsSubmission)
            .OrderBy(listener => listener.Kind is ListenerKind.TlsSubmission)
            .FirstOrDefault()
            ?.EndPoint.Port;

    private SmtpServerSettings ServerSettings()
    {
        Settings now = Settings.Current;
        return new SmtpServerSettings(
            now.Mail.HostName,
            now.Mail.MaxMsgSize,
            now.Mail.MaxRecipients,
            now.Mail.MaxInactivity,
            now.Packetboat.MaxHops,
            now.Mail.Options.HasFlag(MailOptions.ALLOW_RELAY),
            client => IPAddress.IsLoopback(client) || now.Packetboat.AuthInClear.Any(network => network.Contains(client)),
            now.Mail.LoginAttemptDelay
        );
    }

    private static ConnectionLimits LimitsOf(Settings now) =>
        new(now.Mail.MaxClients, now.Packetboat.MaxConnectionsPerAddress, now.Mail.MaxConcurrentConnections);

    private RelayPolicy PolicyOf(Settings now) =>
        new(
            new AliasFile(Path.Combine(now.CtrlDirectory, "alias.cfg"), ListCheck, _time),
            new FilterFile(Path.Combine(now.CtrlDirectory, "relay.cfg"), ListCheck, _time),
            ServerSettings,
            SendMail.RuleThatKeepsIn
        );

    private SignInAttempts AttemptsOf(MailSettings mail) =>
        new(
            _time,
            mail.LoginAttemptThrottle,
            mail.LoginAttemptTempBanThreshold,
            mail.LoginAttemptTempBanDuration,
            mail.LoginAttemptHackThreshold
        );

    /// <summary>Each address of Interface with each port. A port written there is the transfer port's; the others keep their own.</summary>
    private static List<SmtpListener> ListenersOf(MailSettings mail)
    {
        var listeners = new List<SmtpListener>();
        foreach (ListenAddress address in mail.Interface.Where(CanListen))
        {
            listeners.Add(
                new SmtpListener(new IPEndPoint(address.Address, address.Port ?? mail.SmtpPort), ListenerKind.Transfer)
            );
            if (mail.Options.HasFlag(MailOptions.USE_SUBMISSION_PORT))
                listeners.Add(new SmtpListener(new IPEndPoint(address.Address, mail.SubmissionPort), ListenerKind.Submission));
            if (mail.Options.HasFlag(MailOptions.TLS_SUBMISSION))
                listeners.Add(
                    new SmtpListener(new IPEndPoint(address.Address, mail.TlsSubmissionPort), ListenerKind.TlsSubmission)
                );
        }

        return [.. listeners.DistinctBy(listener => listener.EndPoint)];
    }

    private static List<IPEndPoint> EnrolmentEndPoints(Settings now) =>
        [
            .. now
                .Mail.Interface.Where(address => now.Packetboat.EnrolmentPort > 0 && CanListen(address))
                .Select(address => new IPEndPoint(address.Address, now.Packetboat.EnrolmentPort))
                .Distinct(),
        ];

    /// <summary>The default list has <c>::</c> in it, on machines without IPv6 too.</summary>
    private static bool CanListen(ListenAddress address) =>
        address.Address.AddressFamily != AddressFamily.InterNetworkV6 || Socket.OSSupportsIPv6;
}
