using Microsoft.Extensions.Logging;
using Packetboat.Protocol;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Telemetry;

/// <summary>
/// The mail log: one line an event, readable by a person, the message's id in front where there is one. It is a product: event ids and
/// field names keep their meaning. What a stranger did wrong is Debug or Info; what the operator must act on is a Warning. No line ever
/// holds a password, a digest or a message's content.
/// </summary>
public sealed partial class MailLog(ILogger<MailLog> logger)
{
    public void Accepted(string id, SpoolEnvelope envelope, long size) =>
        LogAccepted(
            id,
            Path(envelope.Sender),
            envelope.Recipients.Count,
            First(envelope),
            size,
            envelope.Account ?? "-",
            Clean(envelope.Origin)
        );

    public void Refused(SmtpPeer peer, MailAddress? sender, string? account, SmtpReply reply) =>
        LogRefused(peer.Address.ToString(), Path(sender), account ?? "-", reply.ToString());

    public void RelayRefused(SmtpPeer peer, MailAddress? sender, MailAddress recipient) =>
        LogRelayRefused(peer.Address.ToString(), Path(sender), Path(recipient));

    public void SignedIn(SmtpPeer peer, string account, string credential, string mechanism, string? tls)
    {
        LogSignedIn(account, credential, peer.Address.ToString(), mechanism, tls ?? "in clear");
        Acted?.Invoke(new ClientAction.SignedIn(peer, account));
    }

    public void SignInFailed(SmtpPeer peer, string claimedName, string mechanism, string reason)
    {
        string name = PrintableText.Of(claimedName, 64);
        LogSignInFailed(peer.Address.ToString(), name, mechanism, reason);
        Acted?.Invoke(new ClientAction.SignInRefused(peer, name));
    }

    /// <summary>So many sign-ins failed from there that somebody seems to guess.</summary>
    /// <param name="peer">From where.</param>
    /// <param name="claimedName">Of the last one.</param>
    /// <param name="suspicion">How many; one line for all of them.</param>
    public void Suspected(SmtpPeer peer, string claimedName, SignInSuspicion suspicion)
    {
        string name = PrintableText.Of(claimedName, 64);
        if (suspicion.IsNews)
            LogSuspected(peer.Address.ToString(), suspicion.Failures, name);
        Acted?.Invoke(new ClientAction.Suspected(peer, name, suspicion.Failures));
    }

    /// <summary>A receiver says that an account's mail is spam; the operator reads it in the audit and the message's story.</summary>
    public void ReportedAsSpam(MailAddress? sender, string recipient, string reason) =>
        Acted?.Invoke(
            new ClientAction.ReportedAsSpam(
                sender is null ? "" : PrintableText.Of(sender.ToString(), 300),
                PrintableText.Of(recipient, 300),
                PrintableText.Of(reason, 300)
            )
        );

    public void TlsFailed(SmtpPeer peer) => LogTlsFailed(peer.Address.ToString());

    public void TurnedAway(SmtpPeer peer, string reason) => LogTurnedAway(peer.Address.ToString(), reason);

    public void MadeRoom(SmtpPeer peer) => LogMadeRoom(peer.Address.ToString());

    public void SessionFault(SmtpPeer peer, Exception fault) => LogSessionFault(fault, peer.Address.ToString());

    /// <summary>A message goes out without our signature.</summary>
    public void NotSigned(string id, string reason) => LogNotSigned(id, Clean(reason));

    /// <summary>All messages do, against the settings.</summary>
    public void NoSigningKey(string reason) => LogNoSigningKey(Clean(reason));

    public void StoreFailed(StoreUnavailableException failure) => LogStoreFailed(failure.Message);

    public void Outcome(string id, string recipient, RecipientResult result) =>
        LogOutcome(
            result.Event == TraceKind.Bounced ? LogLevel.Warning : LogLevel.Information,
            id,
            Word(result.Event),
            recipient,
            result.Host.Length == 0 ? "-" : result.Host,
            result.Security.Length == 0 ? "-" : result.Security,
            result.Attempts,
            result.Cause.IsKnown ? result.Cause.Class.Word() : "-",
            result.Cause.IsKnown ? $"{result.Reply} ({Clean(result.Cause.Explanation).TrimEnd('.')})" : result.Reply
        );

    public void Reported(string id, string reportId, MailAddress to) => LogReported(id, reportId, Path(to));

    public void AlarmRaised(string key, string text) => LogAlarmRaised(key, text);

    public void AlarmCleared(string key) => LogAlarmCleared(key);

    /// <summary>What leaves another way than before, and why.</summary>
    public void RouteMoved(string text) => LogRouteMoved(text);

    public void Swept(SweepResult swept) => LogSwept(swept.OrphanedChunks, swept.InterruptedDeliveries);

    public void DeliveryFault(string id, Exception fault) => LogDeliveryFault(fault, id);

    public void ClockSetBack(TimeSpan by) => LogClockSetBack((long)by.TotalSeconds);

    public void SchedulerFault(Exception fault) => LogSchedulerFault(fault);

    public void NoticesFault(Exception fault) => LogNoticesFault(fault);

    private static string Word(TraceKind kind) =>
        kind switch
        {
            TraceKind.Delivered => "delivered",
            TraceKind.Deferred => "deferred",
            TraceKind.Bounced => "bounced",
            TraceKind.Discarded => "discarded",
            TraceKind.Postponed => "postponed",
            TraceKind.Rerouted => "rerouted",
            _ => kind.ToString(),
        };

    private static string First(SpoolEnvelope envelope) => Path(envelope.Recipients[0].Address);

    private static string Path(MailAddress? address) => $"<{address}>";

    private static string Clean(string text) => PrintableText.Of(text, 300);

    [LoggerMessage(
        EventId = 1,
        EventName = "accepted",
        Level = LogLevel.Information,
        Message = "{Id} accepted from={Sender} recipients={Recipients} first={FirstRecipient} size={Size} account={Account} by {Origin}"
    )]
    private partial void LogAccepted(
        string id,
        string sender,
        int recipients,
        string firstRecipient,
        long size,
        string account,
        string origin
    );

    [LoggerMessage(
        EventId = 2,
        EventName = "refused",
        Level = LogLevel.Information,
        Message = "message refused client={Client} from={Sender} account={Account}: {Reply}"
    )]
    private partial void LogRefused(string client, string sender, string account, string reply);

    [LoggerMessage(
        EventId = 3,
        EventName = "relay refused",
        Level = LogLevel.Information,
        Message = "relaying refused client={Client} from={Sender} to={Recipient}"
    )]
    private partial void LogRelayRefused(string client, string sender, string recipient);

    [LoggerMessage(
        EventId = 4,
        EventName = "signed in",
        Level = LogLevel.Information,
        Message = "signed in account={Account} credential=\"{Credential}\" client={Client} mechanism={Mechanism} {Tls}"
    )]
    private partial void LogSignedIn(string account, string credential, string client, string mechanism, string tls);

    [LoggerMessage(
        EventId = 5,
        EventName = "sign-in failed",
        Level = LogLevel.Information,
        Message = "sign-in failed client={Client} name={ClaimedName} mechanism={Mechanism}: {Reason}"
    )]
    private partial void LogSignInFailed(string client, string claimedName, string mechanism, string reason);

    [LoggerMessage(
        EventId = 81,
        EventName = "sign-in guessing",
        Level = LogLevel.Warning,
        Message = "{Client} seems to guess passwords: {Failures} sign-ins failed, the last as {Name}"
    )]
    private partial void LogSuspected(string client, int failures, string name);

    [LoggerMessage(
        EventId = 6,
        EventName = "tls failed",
        Level = LogLevel.Debug,
        Message = "TLS handshake failed client={Client}"
    )]
    private partial void LogTlsFailed(string client);

    [LoggerMessage(
        EventId = 7,
        EventName = "turned away",
        Level = LogLevel.Information,
        Message = "turned away client={Client}: {Reason}"
    )]
    private partial void LogTurnedAway(string client, string reason);

    [LoggerMessage(
        EventId = 8,
        EventName = "session fault",
        Level = LogLevel.Error,
        Message = "a session failed client={Client}"
    )]
    private partial void LogSessionFault(Exception fault, string client);

    [LoggerMessage(
        EventId = 9,
        EventName = "store failed",
        Level = LogLevel.Error,
        Message = "mail is deferred because the store cannot write: {Reason}; make room or repair the disk"
    )]
    private partial void LogStoreFailed(string reason);

    [LoggerMessage(
        EventId = 10,
        EventName = "outcome",
        Message = "{Id} {Outcome} to=<{Recipient}> host={Host} security={Security} attempt={Attempt} class={Class}: {Reply}"
    )]
    private partial void LogOutcome(
        LogLevel level,
        string id,
        string outcome,
        string recipient,
        string host,
        string security,
        int attempt,
        string @class,
        string reply
    );

    [LoggerMessage(
        EventId = 11,
        EventName = "reported",
        Level = LogLevel.Information,
        Message = "{Id} reported to={Sender} as {ReportId}"
    )]
    private partial void LogReported(string id, string reportId, string sender);

    [LoggerMessage(EventId = 12, EventName = "alarm", Level = LogLevel.Warning, Message = "ALARM {Key}: {Text}")]
    private partial void LogAlarmRaised(string key, string text);

    [LoggerMessage(EventId = 13, EventName = "alarm cleared", Level = LogLevel.Information, Message = "alarm cleared {Key}")]
    private partial void LogAlarmCleared(string key);

    [LoggerMessage(EventId = 30, EventName = "route moved", Level = LogLevel.Warning, Message = "route {Text}")]
    private partial void LogRouteMoved(string text);

    [LoggerMessage(
        EventId = 14,
        EventName = "swept",
        Level = LogLevel.Information,
        Message = "queue opened: {Orphans} chunks of unaccepted mail removed, {Interrupted} interrupted deliveries resumed"
    )]
    private partial void LogSwept(int orphans, int interrupted);

    [LoggerMessage(
        EventId = 15,
        EventName = "delivery fault",
        Level = LogLevel.Error,
        Message = "{Id} delivery failed inside packetboat"
    )]
    private partial void LogDeliveryFault(Exception fault, string id);

    [LoggerMessage(
        EventId = 16,
        EventName = "scheduler fault",
        Level = LogLevel.Error,
        Message = "the scheduler failed and goes on"
    )]
    private partial void LogSchedulerFault(Exception fault);

    [LoggerMessage(
        EventId = 19,
        EventName = "notices fault",
        Level = LogLevel.Error,
        Message = "a sender could not be told, for a fault inside packetboat"
    )]
    private partial void LogNoticesFault(Exception fault);

    [LoggerMessage(
        EventId = 18,
        EventName = "clock set back",
        Level = LogLevel.Warning,
        Message = "the clock was set back by {Seconds} s; what waited for times that it had shown is tried anew"
    )]
    private partial void LogClockSetBack(long seconds);

    [LoggerMessage(EventId = 19, EventName = "not signed", Level = LogLevel.Information, Message = "{Id} not signed, {Reason}")]
    private partial void LogNotSigned(string id, string reason);

    [LoggerMessage(
        EventId = 20,
        EventName = "no signing key",
        Level = LogLevel.Error,
        Message = "mail goes out unsigned: {Reason}"
    )]
    private partial void LogNoSigningKey(string reason);

    [LoggerMessage(
        EventId = 17,
        EventName = "made room",
        Level = LogLevel.Information,
        Message = "made to leave, all places are taken and it got nothing done client={Client}"
    )]
    private partial void LogMadeRoom(string client);
}
