using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Arrival;
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
    TimeProvider time,
    SendingUsage? usage = null,
    Complaints? complaints = null,
    ArrivalGate? arrival = null,
    RewrittenSenders? rewritten = null
)
{
    private readonly Seats _seats = new(time);
    private readonly ConcurrentDictionary<Guest, DateTimeOffset> _guests = new();
    private int _open;

    /// <summary>Sessions now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Who is connected, the oldest first, and since when.</summary>
    public IReadOnlyList<(SmtpPeer Peer, string? Account, DateTimeOffset Since)> Guests =>
        [.. _guests.Select(pair => (pair.Key.Peer, pair.Key.Account?.Id.Text, Since: pair.Value)).OrderBy(guest => guest.Since)];

    /// <summary>
    /// Ends the sessions of an account whose credentials are not valid any more. One that is receiving a message ends when that is over, and
    /// the message is not taken.
    /// </summary>
    /// <exception cref="CredentialsUnavailableException">The store did not answer.</exception>
    public async Task SignOutAsync(QwkId id, CancellationToken ct)
    {
        foreach (Guest guest in _guests.Keys)
        {
            if (guest.Account is not { } signedIn || signedIn.Id != id || guest.Wire.IsReceiving)
                continue;
            if (await accounts.FindAgainAsync(signedIn, ct) is null)
                guest.Wire.SendAway(WireEnd.SignedOut);
        }
    }

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
        SmtpServerSettings now = settings();
        bool offersAuth = peer.IsSubmission || now.AllowRelay;
        await using var wire = new SmtpWire(
            connection,
            certificates,
            async () => offersAuth && await accounts.HasKeysAsync(stopping),
            time,
            now.Inactivity,
            stopping
        );
        var guest = new Guest(peer, wire, policy);
        Interlocked.Increment(ref _open);
        _guests[guest] = time.GetUtcNow();
        try
        {
            await ServeAsync(guest, now, stopping);
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
        finally
        {
            _seats.Leave(guest);
            _guests.TryRemove(guest, out _);
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ServeAsync(Guest guest, SmtpServerSettings now, CancellationToken stopping)
    {
        SmtpPeer peer = guest.Peer;
        if (attempts.IsBanned(peer.Address))
        {
            await TurnAwayAsync(guest, now, "too many failed sign-ins");
            return;
        }

        if (!TryTakeSeat(guest, out string? refusal))
        {
            await TurnAwayAsync(guest, now, refusal);
            return;
        }

        await guest.Wire.PauseAsync(attempts.PauseOf(peer.Address));
        if (peer.Listener == ListenerKind.TlsSubmission && !await guest.Wire.UpgradeToTlsAsync())
        {
            log.TlsFailed(peer);
            return;
        }

        guest.Session = new SmtpServerSession(
            guest.Wire,
            peer,
            now,
            policy,
            spool,
            accounts,
            attempts,
            log,
            time,
            usage,
            complaints,
            arrival,
            rewritten
        );
        await guest.Session.RunAsync(stopping);
    }

    private bool TryTakeSeat(Guest guest, [NotNullWhen(false)] out string? refusal)
    {
        ConnectionLimits now = limits();
        // Those on their way out hold no seat, but memory: more of them than of the others is too many.
        if (now.Total > 0 && Open > 2 * now.Total)
        {
            refusal = "too many connections";
            return false;
        }

        if (!_seats.TryTake(guest, now, out ISeated? whoLeaves, out refusal))
            return false;
        if (whoLeaves is Guest idle)
        {
            log.MadeRoom(idle.Peer);
            idle.Wire.SendAway(WireEnd.Evicted);
        }

        return true;
    }

    private async ValueTask TurnAwayAsync(Guest guest, SmtpServerSettings now, string reason)
    {
        log.TurnedAway(guest.Peer, reason);
        // 421 at the greeting is what makes a Synchronet node keep its mail and come again.
        await guest.Wire.WriteAsync(new SmtpReply(421, "4.7.0", $"{now.HostName}: {reason}, try again later", AfterReply.Close));
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

    /// <summary>A connection and what it has come to.</summary>
    private sealed class Guest(SmtpPeer peer, SmtpWire wire, IRelayPolicy policy) : ISeated
    {
        private SmtpServerSession? _session;
        private bool? _isKnown;

        public SmtpPeer Peer => peer;

        public SmtpWire Wire => wire;

        public SmtpServerSession Session
        {
            get => Volatile.Read(ref _session) ?? throw new InvalidOperationException("the session has not begun");
            set => Volatile.Write(ref _session, value);
        }

        public ClientNetwork Network { get; } = ClientNetwork.Of(peer.Address);

        public AuthenticatedAccount? Account => Volatile.Read(ref _session)?.Account;

        public bool IsSignedIn => Account is not null;

        public bool MayStay => IsSignedIn || IsKnown;

        public long IdleSince => wire.IdleSince;

        public bool IsReceiving => wire.IsReceiving;

        public long HeardAt => wire.HeardAt;

        private bool IsKnown => _isKnown ??= Network.IsLoopback || policy.Trusts(peer.Address);
    }
}

/// <summary>How many sessions at once; 0: no limit.</summary>
/// <param name="Total"><c>MaxClients</c>. Where all are taken, strangers who only sit there make room.</param>
/// <param name="PerAddress"><c>MaxConnectionsPerAddress</c>. The machine itself is exempt: its programs are many. IPv6 is counted by /64.</param>
/// <param name="StrangersPerAddress">Those that have not signed in. <c>MaxConcurrentConnections</c>.</param>
public sealed record ConnectionLimits(int Total, int PerAddress, int StrangersPerAddress = 0);
