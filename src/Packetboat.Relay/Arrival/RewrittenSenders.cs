using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;

namespace Packetboat.Relay.Arrival;

/// <summary>
/// Reports that come back to senders whom we have rewritten. Nobody can relay by it: only the null sender may, only to whom an address that we
/// have made stands for, and not often.
/// </summary>
public sealed class RewrittenSenders(SenderRewriter rewriter, TimeProvider time)
{
    /// <summary>Addresses that are not right, from one client in an hour: guesses.</summary>
    public const int GuessesPerHour = 30;

    /// <summary>Reports for one sender in an hour. Whoever has seen one of his addresses can write to it.</summary>
    public const int ReportsPerHour = 60;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Allowances<ClientNetwork> _guesses = new(time, GuessesPerHour, Hour);
    private readonly Allowances<MailAddress> _reports = new(time, ReportsPerHour, Hour);

    /// <param name="recipient">Of a report.</param>
    /// <param name="client">That brings it.</param>
    /// <returns>Null: the address has nothing to do with it.</returns>
    public ReturnVerdict? Read(MailAddress recipient, IPAddress client)
    {
        SrsReading reading = rewriter.Read(recipient);
        lock (_lock)
            return reading switch
            {
                SrsReading.Wrong wrong => Wrong(recipient, ClientNetwork.Of(client), wrong.Reason),
                SrsReading.Right right => Right(right.Sender, ClientNetwork.Of(client)),
                _ => null,
            };
    }

    private ReturnVerdict.Refused Wrong(MailAddress recipient, ClientNetwork client, string reason)
    {
        if (IsTooOften(_guesses, client))
            return TooOften();
        return new ReturnVerdict.Refused(Replies.NoSuchRewrittenSender(recipient, reason));
    }

    private ReturnVerdict Right(MailAddress sender, ClientNetwork client) =>
        _guesses.WaitOf(client) > TimeSpan.Zero || IsTooOften(_reports, sender) ? TooOften() : new ReturnVerdict.Allowed(sender);

    private static ReturnVerdict.Refused TooOften() => new(Replies.TooManyReports);

    private static bool IsTooOften<T>(Allowances<T> allowances, T key)
        where T : notnull
    {
        if (allowances.WaitOf(key) > TimeSpan.Zero)
            return true;
        allowances.Take(key);
        return false;
    }
}

/// <summary>What becomes of a report to a rewritten sender.</summary>
public abstract record ReturnVerdict
{
    private ReturnVerdict() { }

    /// <param name="Sender">For whom it is.</param>
    public sealed record Allowed(MailAddress Sender) : ReturnVerdict;

    /// <param name="Reply">Why not.</param>
    public sealed record Refused(SmtpReply Reply) : ReturnVerdict;
}
