using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Listening;

/// <summary>
/// Every SMTP connection from accept to close: the limits that hold before a session begins, TLS from the first octet where the listener
/// wants it, then the session.
/// </summary>
public sealed class SmtpConnections(
    Func<SmtpServerSettings> settings,
    Func<ConnectionLimits> limits,
    ICertificateSource certificates,
    IRelayPolicy policy,
    ISpool spool,
    AccountAuthenticator accounts,
    SignInAttempts attempts,
    MailLog log,
    TimeProvider time
)
{
    private readonly ConcurrentDictionary<IPAddress, int> _byAddress = new();
    private readonly ConcurrentDictionary<SmtpServerSession, IPAddress> _sessions = new();
    private int _open;

    /// <summary>Sessions now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <param name="connection">As Kestrel hands it over.</param>
    /// <param name="listener">Which door it came in by.</param>
    /// <param name="stopping">The server stops.</param>
    public async Task ServeAsync(ConnectionContext connection, ListenerKind listener, CancellationToken stopping)
    {
        if (connection.RemoteEndPoint is not IPEndPoint remote)
            return;

        var peer = new SmtpPeer(
            remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address,
            remote.Port,
            listener
        );
        int open = Interlocked.Increment(ref _open);
        int fromThere = _byAddress.AddOrUpdate(peer.Address, 1, (_, count) => count + 1);
        try
        {
            await ServeAsync(connection, peer, TooMany(peer, open, fromThere), stopping);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            Leave(peer.Address);
        }
    }

    private async Task ServeAsync(ConnectionContext connection, SmtpPeer peer, string? tooMany, CancellationToken stopping)
    {
        SmtpServerSettings now = settings();
        await using var wire = new SmtpWire(connection, certificates, time, now.Inactivity, stopping);
        try
        {
            if (tooMany is not null || attempts.IsBanned(peer.Address))
            {
                await TurnAwayAsync(wire, peer, now, tooMany);
                return;
            }

            await wire.PauseAsync(attempts.PauseOf(peer.Address));
            if (peer.Listener == ListenerKind.TlsSubmission && !await wire.UpgradeToTlsAsync())
            {
                log.TlsFailed(peer);
                return;
            }

            await ConverseAsync(
                new SmtpServerSession(wire, peer, now, policy, spool, accounts, attempts, log, time),
                peer,
                stopping
            );
        }
        catch (Exception ended)
            when (ended is ConnectionAbortedException or ConnectionResetException or IOException or OperationCanceledException)
        {
            // The client is gone, or did not take our replies in time.
        }
        catch (Exception fault)
        {
            log.SessionFault(peer, fault);
            await SayFaultAsync(wire);
        }
    }

    private async ValueTask TurnAwayAsync(SmtpWire wire, SmtpPeer peer, SmtpServerSettings now, string? tooMany)
    {
        string reason = tooMany ?? "too many failed sign-ins";
        log.TurnedAway(peer, reason);
        // 421 at the greeting is what makes a Synchronet node keep its mail and come again.
        await wire.WriteAsync(new SmtpReply(421, "4.7.0", $"{now.HostName}: {reason}, try again later", AfterReply.Close));
    }

    private static async ValueTask SayFaultAsync(SmtpWire wire)
    {
        try
        {
            await wire.WriteAsync(Replies.Fault);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection took part in the fault.
        }
    }

    private async Task ConverseAsync(SmtpServerSession session, SmtpPeer peer, CancellationToken stopping)
    {
        _sessions.TryAdd(session, peer.Address);
        try
        {
            await session.RunAsync(stopping);
        }
        finally
        {
            _sessions.TryRemove(session, out _);
        }
    }

    private string? TooMany(SmtpPeer peer, int open, int fromThere)
    {
        ConnectionLimits now = limits();
        if (now.Total > 0 && open > now.Total)
            return "too many connections";
        bool isOverAll = now.PerAddress > 0 && fromThere > now.PerAddress && !IPAddress.IsLoopback(peer.Address);
        bool isOverStrangers = now.StrangersPerAddress > 0 && fromThere - SignedIn(peer.Address) > now.StrangersPerAddress;
        return isOverAll || isOverStrangers ? "too many connections from your address" : null;
    }

    private int SignedIn(IPAddress address) => _sessions.Count(pair => pair.Key.IsSignedIn && pair.Value.Equals(address));

    private void Leave(IPAddress address)
    {
        int left = _byAddress.AddOrUpdate(address, 0, (_, count) => count - 1);
        if (left <= 0)
            _byAddress.TryRemove(new KeyValuePair<IPAddress, int>(address, left));
    }
}

/// <summary>How many sessions at once; 0: no limit.</summary>
/// <param name="Total"><c>MaxClients</c>.</param>
/// <param name="PerAddress"><c>MaxConnectionsPerAddress</c>. The machine itself is exempt: its programs are many.</param>
/// <param name="StrangersPerAddress">Those that have not signed in. <c>MaxConcurrentConnections</c>.</param>
public sealed record ConnectionLimits(int Total, int PerAddress, int StrangersPerAddress = 0);
