using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Matches feedback reports (RFC 5965) to the accounts whose mail they are about, by the id in our own Received field. It is secret to all
/// but the message's recipients, and each message counts once: nobody can complain about what he did not get.
/// </summary>
public sealed class Complaints(
    IAccountStore accounts,
    IQueueStore queue,
    ILimitStore store,
    IAuditStore audit,
    SendingUsage usage,
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
    /// <param name="content">The message, as far as <see cref="FeedbackReport.MaxOctets"/>.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>Whether it was counted.</returns>
    public async Task<bool> TakeAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (!FeedbackReport.TryRead(content.Span, out FeedbackReport? report) || !report.IsComplaint)
            return false;
        await _oneByOne.WaitAsync(ct);
        try
        {
            foreach (string id in IdsIn(report.Original))
                if (await CountAsync(id, report, ct))
                    return true;
        }
        catch (Exception fault) when (fault is IOException or System.Data.Common.DbException)
        {
            // The report itself is in the operator's mail.
            log.SchedulerFault(fault);
        }
        finally
        {
            _oneByOne.Release();
        }

        return false;
    }

    public void Dispose() => _oneByOne.Dispose();

    private async Task<bool> CountAsync(string id, FeedbackReport report, CancellationToken ct)
    {
        if (
            await queue.FindAsync(id, ct) is not { Message.Account: { } name } story
            || story.Events.Any(e => e.Kind == TraceKind.Complained)
            || await accounts.FindAsync(QwkId.LoginFormOf(name), ct) is not { Account.Id: var account }
        )
            return false;
        string text = $"{report.FeedbackType} reported by {(report.Reporter.Length == 0 ? "somebody" : report.Reporter)}";
        await store.FileComplaintAsync(story.Message.Number, time.GetUtcNow(), text, account, usage.Complained(account), ct);
        await audit.NoteAsync(
            new AuditEntry(time.GetUtcNow(), Operator.Itself, "spam complaint", account.Text, $"{id}: {text}"),
            ct
        );
        return true;
    }

    /// <summary><c>by hub.example … id 7XK2M9QWTY</c> in Received, or the Message-ID that we gave.</summary>
    private List<string> IdsIn(HeaderBlock original)
    {
        string host = hostName();
        var ids = new List<string>();
        foreach (HeaderField field in original.Fields.Where(field => field.Name is "received" or "message-id"))
        {
            string value = Encoding.Latin1.GetString(original.Value(field));
            string? id = field.Name == "received" ? IdInReceived(value, host) : IdInMessageId(value.Trim(), host);
            if (id is not null && ids.Count < MaxIds && MessageId.TryParse(id, out string? known))
                ids.Add(known);
        }

        return ids;
    }

    private static string? IdInReceived(string value, string host)
    {
        string[] words = value.Split([' ', '\t', '\r', '\n', ';'], StringSplitOptions.RemoveEmptyEntries);
        int by = Array.FindIndex(words, word => word.Equals("by", StringComparison.OrdinalIgnoreCase));
        if (by < 0 || by + 1 >= words.Length || !words[by + 1].Equals(host, StringComparison.OrdinalIgnoreCase))
            return null;
        int id = Array.FindIndex(words, by, word => word.Equals("id", StringComparison.OrdinalIgnoreCase));
        return id >= 0 && id + 1 < words.Length ? words[id + 1] : null;
    }

    private static string? IdInMessageId(string value, string host) =>
        value.Length > MessageId.Length + 2
        && value[0] == '<'
        && value[(MessageId.Length + 1)..].Equals($"@{host}>", StringComparison.OrdinalIgnoreCase)
            ? value.Substring(1, MessageId.Length)
            : null;
}
