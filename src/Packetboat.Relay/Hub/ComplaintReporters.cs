using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;
using Packetboat.Relay.Checks;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Whose feedback reports count: those of the authors in <c>ComplaintReporters</c>, where a DKIM signature or SPF shows that it is them. Anybody
/// who got a message can write a report about it, and a report can end an account's service.
/// </summary>
/// <param name="resolver">Asks the DNS.</param>
/// <param name="listed">Domains, with what is below them, and addresses. At a domain where everybody gets a mailbox only an address will do.</param>
/// <param name="time">The clock.</param>
public sealed class ComplaintReporters(IResolver resolver, Func<IReadOnlyList<string>> listed, TimeProvider time)
{
    /// <summary>The sender of the report waits for its reply meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly MailChecks _checks = new(resolver, time);

    /// <returns>Its author; null: none that counts, as far as the DNS could tell.</returns>
    public async ValueTask<MailAddress?> FindAsync(ReceivedReport report, CancellationToken ct)
    {
        if (AuthorOf(report.Signed.Header) is not { } author || !IsListed(author))
            return null;
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            return await IsSignedAsync(report, author, both.Token) || await IsSentAsync(report, author, both.Token)
                ? author
                : null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static MailAddress? AuthorOf(HeaderBlock header)
    {
        HeaderField[] fields = [.. header.Named("from")];
        return fields is [var from] && AuthorList.Read(header.Value(from)) is { Fault: null, Addresses: [var author] }
            ? author
            : null;
    }

    private bool IsListed(MailAddress author) =>
        listed()
            .Any(one =>
                one.Contains('@', StringComparison.Ordinal)
                    ? author.ToString().Equals(one, StringComparison.OrdinalIgnoreCase)
                    : IsWithin(author.AsciiDomain, one)
            );

    private async ValueTask<bool> IsSignedAsync(ReceivedReport report, MailAddress author, CancellationToken ct) =>
        (await _checks.DkimAsync(report.Signed, ct)).Any(one =>
            one.Result is DkimResult.Pass && IsWithin(author.AsciiDomain, one.Domain)
        );

    private async ValueTask<bool> IsSentAsync(ReceivedReport report, MailAddress author, CancellationToken ct)
    {
        string domain = report.Sender?.AsciiDomain ?? report.Hello;
        if (!domain.Equals(author.AsciiDomain, StringComparison.OrdinalIgnoreCase))
            return false;
        var question = new SpfQuestion(report.Client, report.Sender?.ToString() ?? "", report.Hello);
        return (await _checks.SpfAsync(question, ct)).Result is SpfResult.Pass;
    }

    private static bool IsWithin(string domain, string parent) =>
        domain.Equals(parent, StringComparison.OrdinalIgnoreCase)
        || domain.EndsWith("." + parent, StringComparison.OrdinalIgnoreCase);
}
