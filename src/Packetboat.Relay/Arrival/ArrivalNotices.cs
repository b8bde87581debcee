using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Arrival;

/// <summary>Tells nodes, once a day for each domain, of mail that was taken although receivers will refuse it.</summary>
public sealed class ArrivalNotices(
    IArrivalStore store,
    LocalSubmission local,
    Func<ArrivalSettings> settings,
    Func<string> language,
    MailLog log,
    TimeProvider time
) : BackgroundService
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Those that find no place are told with the next message.</summary>
    private readonly Channel<Warning> _owed = Channel.CreateBounded<Warning>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <param name="account">That sent it.</param>
    /// <param name="sender">Whom to tell.</param>
    /// <param name="id">Of the message.</param>
    /// <param name="problems">What was found.</param>
    public void Tell(QwkId account, MailAddress sender, string id, IReadOnlyList<ArrivalProblem> problems) =>
        _owed.Writer.TryWrite(new Warning(account, sender, id, problems));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (Warning warning in _owed.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await TellAsync(warning, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.NoticesFault(fault);
            }
        }
    }

    private async Task TellAsync(Warning warning, CancellationToken ct)
    {
        DateTimeOffset now = time.GetUtcNow();
        string domain = warning.Problems[0].Domain;
        // Noted first: that one is lost by a crash is better than that one is sent with each message.
        if (!await store.NoteWarningAsync(warning.Account, domain, now, now - Day, ct))
            return;
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(Compose(warning, domain)));
        // The null sender: RFC 3834 §3. What cannot be delivered comes back to nobody.
        var envelope = new Submission("", [warning.Sender.ToString()], "packetboat");
        Result<Submitted> sent = await local.SubmitAsync(envelope, content, ct);
        if (sent.Value is { } queued)
            log.Reported(warning.Id, queued.Id, warning.Sender);
    }

    private string Compose(Warning warning, string domain)
    {
        ArrivalSettings now = settings();
        ReportWords words = ReportWords.Of(language());
        var text = new StringBuilder();
        text.Append(Invariant($"From: Packetboat <postmaster@{now.HostName}>\nTo: <{warning.Sender}>\n"));
        text.Append(Invariant($"Subject: {words.ArrivalSubject(domain.Length > 0 ? domain : warning.Sender.AsciiDomain)}\n"));
        text.Append(Invariant($"Auto-Submitted: auto-generated\nContent-Language: {words.Language}\n"));
        text.Append("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
        text.AppendJoin("\n\n", words.Arrival(now.HostName, warning.Id, [.. warning.Problems.SelectMany(Lines)]));
        return text.Append('\n').ToString();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static IEnumerable<string> Lines(ArrivalProblem problem) =>
        [$"    {Protocol.PrintableText.Of(problem.Reason, 900)}.", $"    {Protocol.PrintableText.Of(problem.Remedy, 900)}"];

    private sealed record Warning(QwkId Account, MailAddress Sender, string Id, IReadOnlyList<ArrivalProblem> Problems);
}
