using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Matches feedback reports (RFC 5965) to the accounts whose mail they are about, by the id in our own Received field. What counts is vouched
/// for by a domain that the operator trusts; of each message one report, of each recipient one a day. The others are in the message's story.
/// </summary>
public sealed class Complaints(
    IAccountStore accounts,
    IQueueStore queue,
    ILimitStore store,
    IAuditStore audit,
    SendingUsage usage,
    ComplaintReporters reporters,
    Func<string> hostName,
    MailLog log,
    TimeProvider time
) : IDisposable
{
    /// <summary>Passes through this host that one message may have.</summary>
    private const int MaxIds = 5;

    private readonly SemaphoreSlim _oneByOne = new(1);

    /// <summary>Whether an address is the one for complaints. RFC 2142 §4.</summary>
    public bool IsFor(MailAddress recipient) =>
        recipient.LocalPart.Equals("abuse", StringComparison.OrdinalIgnoreCase)
        && recipient.AsciiDomain.Equals(hostName(), StringComparison.OrdinalIgnoreCase);

    /// <summary>Looks at a message that was accepted for that address. It goes where its recipients are, whatever it says.</summary>
    /// <returns>Whether it was counted.</returns>
    public async Task<bool> TakeAsync(ReceivedReport received, CancellationToken ct)
    {
        if (!FeedbackReport.TryRead(received.Content.Span, out FeedbackReport? report) || !report.IsComplaint)
            return false;
        await _oneByOne.WaitAsync(ct);
        try
        {
            foreach (string id in IdsIn(report.Original))
                if (await FindAsync(id, ct) is { } about)
                    return await FileAsync(about.Story, about.Account, report, received, ct);
        }
        catch (Exception fault) when (fault is IOException or System.Data.Common.DbException)
        {
            // The report itself is in the operator's mail.
            log.ServiceFault(nameof(Complaints), fault);
        }
        finally
        {
            _oneByOne.Release();
        }

        return false;
    }

    public void Dispose() => _oneByOne.Dispose();

    private async Task<(MessageStory Story, QwkId Account)?> FindAsync(string id, CancellationToken ct) =>
        await queue.FindAsync(id, ct) is { Message.Account: { } name } story
        && await accounts.FindAsync(QwkId.LoginFormOf(name), ct) is { Account.Id: var account }
            ? (story, account)
            : null;

    private async Task<bool> FileAsync(
        MessageStory story,
        QwkId account,
        FeedbackReport report,
        ReceivedReport received,
        CancellationToken ct
    )
    {
        if (story.Events.Any(e => e.Kind == TraceKind.Complained))
            return false;
        MailAddress? by = await reporters.FindAsync(received, ct);
        QueueEntry? complainant = ComplainantOf(story, report);
        string? why =
            by is null ? "nobody of ComplaintReporters has shown that it is his"
            : complainant is not null && HasComplained(account, complainant) ? "its recipient has complained today already"
            : null;
        // Anybody can write such reports, as many as he likes.
        if (why is not null && story.Events.Any(e => e.Kind == TraceKind.ComplaintIgnored))
            return false;
        string reporter = report.Reporter.Length == 0 ? "somebody" : report.Reporter;
        string text = $"{report.FeedbackType} reported by {reporter}{(by is null ? "" : $" <{by}>")}";
        var complaint = new Complaint(
            story.Message.Number,
            complainant?.RecipientNumber,
            time.GetUtcNow(),
            why is null ? text : $"{text}; not counted: {why}",
            account,
            IsCounted: why is null
        );
        await store.FileComplaintAsync(complaint, why is null ? usage.Complained(account) : null, ct);
        await audit.NoteAsync(
            new AuditEntry(
                complaint.At,
                Operator.Itself,
                "spam complaint",
                account.Text,
                $"{story.Message.Id}: {complaint.Text}"
            ),
            ct
        );
        if (complaint.IsCounted)
            log.ReportedAsSpam(story.Message.Sender, complainant?.Recipient ?? "", complaint.Text);
        return complaint.IsCounted;
    }

    private bool HasComplained(QwkId account, QueueEntry complainant)
    {
        DateTimeOffset today = new UsageCounters(UsageCounters.HourOf(time.GetUtcNow())).DayBegins;
        return store.HasComplained(account, complainant.Recipient, today);
    }

    /// <summary>Whom the report names, RFC 5965 §3.2, or the only one there is; null: one of several.</summary>
    private static QueueEntry? ComplainantOf(MessageStory story, FeedbackReport report) =>
        story.Recipients.FirstOrDefault(entry => entry.Recipient.Equals(report.Recipient, StringComparison.OrdinalIgnoreCase))
        ?? (story.Recipients is [var only] ? only : null);

    /// <summary>
    /// <c>by hub.example … id 7XK2M9QWTY</c> in Received: known to who got the message. A Message-ID is not asked, as replies and archives
    /// show it to everybody.
    /// </summary>
    private List<string> IdsIn(HeaderBlock original)
    {
        string host = hostName();
        var ids = new List<string>();
        foreach (HeaderField field in original.Named("received"))
        {
            string? id = IdIn(Encoding.Latin1.GetString(original.Value(field)), host);
            if (id is not null && ids.Count < MaxIds && MessageId.TryParse(id, out string? known))
                ids.Add(known);
        }

        return ids;
    }

    private static string? IdIn(string received, string host)
    {
        string[] words = received.Split([' ', '\t', '\r', '\n', ';'], StringSplitOptions.RemoveEmptyEntries);
        int by = Array.FindIndex(words, word => word.Equals("by", StringComparison.OrdinalIgnoreCase));
        if (by < 0 || by + 1 >= words.Length || !words[by + 1].Equals(host, StringComparison.OrdinalIgnoreCase))
            return null;
        int id = Array.FindIndex(words, by, word => word.Equals("id", StringComparison.OrdinalIgnoreCase));
        return id >= 0 && id + 1 < words.Length ? words[id + 1] : null;
    }
}
