using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Packetboat.Relay.Mqtt;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Alarms;

/// <summary>
/// Publishes alarms to a broker: as lines of the server's log, and each open one retained under a topic of its own; besides, the state of the
/// server, which the broker changes by itself when we are gone, and what clients do.
/// </summary>
public sealed class MqttOutput : AlarmOutput
{
    /// <summary>More than <see cref="AlarmOutput.Tick"/>, after which the broker hears of us at the latest.</summary>
    private const ushort KeepAliveSeconds = 120;

    /// <summary>Actions that wait for the broker; what is more is not told of.</summary>
    private const int MaxActions = 500;

    private readonly Func<MqttSettings?> _settings;
    private readonly Func<MqttServerState> _state;
    private readonly Func<string> _host;
    private readonly Channel<(DateTimeOffset At, ClientAction What)> _actions = Channel.CreateBounded<(
        DateTimeOffset,
        ClientAction
    )>(new BoundedChannelOptions(MaxActions) { FullMode = BoundedChannelFullMode.DropWrite });
    private MqttConnection? _connection;
    private MqttSettings? _connectedTo;

    public MqttOutput(
        Func<MqttSettings?> settings,
        Func<MqttServerState> state,
        Func<string> host,
        IAlarmStore store,
        MailLog log,
        TimeProvider time
    )
        : base("broker", store, log, time)
    {
        (_settings, _state, _host) = (settings, state, host);
        log.Acted += action =>
        {
            if (!IsOn)
                return;
            _actions.Writer.TryWrite((time.GetUtcNow(), action));
            Nudge();
        };
    }

    private protected override bool IsOn => _settings() is not null;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await RestAsync();
    }

    /// <summary>Says that the server stops, which is not what our will says.</summary>
    private protected override async Task RestAsync()
    {
        if (_connection is not { } connection)
            return;
        try
        {
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2), Time);
            await connection.TellAsync(_connectedTo!.Topics.Server, "stopped"u8.ToArray(), isRetained: true, late.Token);
            await connection.CloseAsync(late.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The broker finds out by itself.
        }

        await DropAsync();
    }

    private protected override async Task<string?> AttendAsync(CancellationToken ct) =>
        await GuardAsync(
            async connection =>
            {
                await connection.PingAsync(ct);
                await SayHowItIsAsync(connection, ct);
                while (_actions.Reader.TryRead(out (DateTimeOffset At, ClientAction What) action))
                    await TellAsync(connection, action.At, action.What, ct);
            },
            ct
        );

    private protected override Task<string?> SendAsync(AlarmEvent happened, CancellationToken ct) =>
        GuardAsync(
            async connection =>
            {
                MqttTopics topics = _connectedTo!.Topics;
                ReadOnlyMemory<byte> body = happened.IsCleared ? default : AlarmNotice.Of(happened, _host()).ToJson();
                await connection.PublishAsync(topics.Alarm(happened.Key), body, isRetained: true, ct);
                string line = happened.IsCleared
                    ? $"alarm cleared {happened.Key}"
                    : $"!ALARM {happened.Kind.Id}: {happened.Text}";
                byte[] said = Encoding.UTF8.GetBytes(line);
                await connection.PublishAsync(topics.Log(LevelOf(happened)), said, isRetained: true, ct);
                await connection.PublishAsync(topics.WholeLog, said, isRetained: true, ct);
            },
            ct
        );

    private async Task<string?> GuardAsync(Func<MqttConnection, Task> act, CancellationToken ct)
    {
        bool isGood = false;
        try
        {
            if (await ConnectAsync(ct) is { } failure)
                return failure;
            await act(_connection!);
            isGood = true;
            return null;
        }
        catch (IOException broken)
        {
            return broken.Message;
        }
        finally
        {
            // After a deadline too: an answer that comes late would be taken for that to another question.
            if (!isGood)
                await DropAsync();
        }
    }

    private async Task<string?> ConnectAsync(CancellationToken ct)
    {
        if (_settings() is not { } settings)
            return "there is no MqttBroker any more";
        if (_connection is not null && settings == _connectedTo)
            return null;
        await RestAsync();
        (byte[] password, string? fault) = settings.ReadPassword();
        if (fault is not null)
            return fault;
        (Stream? stream, string failure) = await BrokerConnector.ConnectAsync(settings, ct);
        if (stream is null)
            return $"{settings.Broker}:{settings.Port}: {failure}";
        MqttTopics topics = settings.Topics;
        var options = new MqttConnectOptions(
            $"sbbs-{topics.SystemId}-{topics.Host}-mail",
            KeepAliveSeconds,
            topics.Server,
            "DISCONNECTED",
            settings.Username,
            password
        );
        (_connection, string refusal) = await MqttConnection.OpenAsync(stream, options, ct);
        if (_connection is null)
            return $"{settings.Broker}:{settings.Port}: {refusal}";
        _connectedTo = settings;
        await SayWhatIsOpenAsync(_connection, topics, ct);
        return null;
    }

    /// <summary>A broker that was started anew may have forgotten what it retained.</summary>
    private async Task SayWhatIsOpenAsync(MqttConnection connection, MqttTopics topics, CancellationToken ct)
    {
        foreach (Alarm alarm in await Store.AlarmsAsync(ct))
        {
            var opened = new AlarmEvent(
                0,
                "",
                alarm.Raised,
                IsCleared: false,
                alarm.Key,
                AlarmCatalogue.KindOf(alarm),
                alarm.Raised,
                alarm.Text
            );
            byte[] body = AlarmNotice.Of(opened, _host()).ToJson();
            await connection.PublishAsync(topics.Alarm(alarm.Key), body, isRetained: true, ct);
        }
    }

    private async Task SayHowItIsAsync(MqttConnection connection, CancellationToken ct)
    {
        MqttTopics topics = _connectedTo!.Topics;
        MqttServerState state = _state();
        await connection.TellAsync(topics.Server, "ready"u8.ToArray(), isRetained: true, ct);
        string count = string.Create(CultureInfo.InvariantCulture, $"{state.Clients.Count} total\t{state.MaxClients} max");
        await connection.TellAsync(topics.Clients, Encoding.UTF8.GetBytes(count), isRetained: true, ct);
        string list = string.Join('\n', state.Clients);
        await connection.TellAsync(topics.ClientList, Encoding.UTF8.GetBytes(list), isRetained: true, ct);
    }

    private async Task TellAsync(MqttConnection connection, DateTimeOffset at, ClientAction action, CancellationToken ct)
    {
        (string topic, string line) = Told(_connectedTo!.Topics, action);
        // Who wrote to whom, and was complained about, does not stay with a broker.
        bool isRetained = action is not ClientAction.ReportedAsSpam;
        await connection.TellAsync(topic, Encoding.UTF8.GetBytes($"{Iso(at)}\t{line}"), isRetained, ct);
    }

    /// <summary>In the order that Synchronet has. We have no user numbers, and look up no names: a host's is its address.</summary>
    private static (string Topic, string Line) Told(MqttTopics topics, ClientAction action) =>
        action switch
        {
            ClientAction.SignedIn(var peer, var account) => (topics.Login, $"0\t{account}\t{peer.Address}\t{peer.Address}"),
            ClientAction.SignInRefused(var peer, var name) => (topics.LoginFailed, $"0\t{name}\t{peer.Address}\t{peer.Address}"),
            // Where Synchronet has the password that was tried, which is often the owner's with one letter wrong.
            ClientAction.Suspected(var peer, var name, var failures) => (
                topics.Hack,
                $"{name}\t{peer.Port}\t{peer.Address}\t{peer.Address}\t{failures} failed logins"
            ),
            ClientAction.ReportedAsSpam(var sender, var recipient, var reason) => (
                topics.Spam,
                $"SMTP\t\t\t{sender}\tto: {recipient}\t{reason}"
            ),
            _ => throw new UnreachableException(),
        };

    private async ValueTask DropAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        (_connection, _connectedTo) = (null, null);
    }

    /// <summary>Of syslog: RFC 5424 §6.2.1.</summary>
    private static int LevelOf(AlarmEvent happened) =>
        happened.IsCleared ? 5
        : happened.Kind.Severity is AlarmSeverity.Critical ? 2
        : 4;

    public static string Iso(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What a broker is told of the server.</summary>
/// <param name="Clients">Each a line without an end.</param>
/// <param name="MaxClients"><c>MaxClients</c>.</param>
public sealed record MqttServerState(IReadOnlyList<string> Clients, int MaxClients);
