using Microsoft.Extensions.Hosting;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Mqtt;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Storage.Sqlite;

namespace Packetboat.Serving;

/// <summary>What finds alarms and tells of them, beside the mail and never in its way.</summary>
internal sealed class AlarmServices : IDisposable
{
    /// <summary>Of the list that a broker has.</summary>
    private const int MostClients = 500;

    private readonly AlarmWatch _watch;
    private readonly WebhookOutput _webhook;
    private readonly MqttOutput _broker;
    private readonly Digest _digest;

    public AlarmServices(
        SqliteStore store,
        Func<Settings> settings,
        IReadOnlyList<Reserve> reserves,
        IOperations operations,
        Func<SmtpConnections?> connections,
        ClockComparison clocks,
        MailLog log,
        TimeProvider time
    )
    {
        string host() => settings().Mail.HostName;
        _watch = new AlarmWatch(store, store, reserves, clocks, () => WatchSettingsOf(settings()), log, time);
        _webhook = new WebhookOutput(() => WebhookSettings.From(settings().Packetboat), host, store, clocks, log, time);
        _broker = new MqttOutput(
            () => MqttSettings.From(settings(), Environment.MachineName),
            () => StateOf(connections(), settings().Mail.MaxClients),
            host,
            store,
            log,
            time
        );
        _digest = new Digest(() => DigestSettingsOf(settings()), store, store, operations, log, time);
    }

    public IEnumerable<IHostedService> All => [_watch, _webhook, _broker, _digest];

    /// <summary>The settings have changed.</summary>
    public void Wake()
    {
        _webhook.Wake();
        _broker.Wake();
    }

    public void Dispose()
    {
        _watch.Dispose();
        _webhook.Dispose();
        _broker.Dispose();
        _digest.Dispose();
    }

    internal static AlarmWatchSettings WatchSettingsOf(Settings now) =>
        new(now.Packetboat.QueueAge, now.Packetboat.ExpiryNotice, Composition.CertificateFiles(now).Certificate)
        {
            ClientCertificates = [.. now.ClientCertificates.Select(one => one.File).Distinct(StringComparer.Ordinal)],
        };

    private static DigestSettings? DigestSettingsOf(Settings now) =>
        now.Packetboat.DigestTo.Length == 0
            ? null
            : new DigestSettings(now.Packetboat.DigestTo, now.Packetboat.DigestHour, now.SystemAddress);

    /// <summary>As Synchronet writes it: since when, protocol, user number, user, address, host name, port, socket.</summary>
    private static MqttServerState StateOf(SmtpConnections? connections, int most)
    {
        IEnumerable<string> lines = (connections?.Guests ?? [])
            .Take(MostClients)
            .Select(guest =>
                $"{MqttOutput.Iso(guest.Since)}\tSMTP\t0\t{guest.Account ?? "<unknown user>"}\t{guest.Peer.Address}\t{guest.Peer.Address}\t{guest.Peer.Port}\t0"
            );
        return new MqttServerState([.. lines], most);
    }
}
