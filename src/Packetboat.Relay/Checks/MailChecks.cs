using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;

namespace Packetboat.Relay.Checks;

/// <summary>SPF, DKIM and DMARC as a receiver asks them.</summary>
/// <param name="resolver">Asks the DNS.</param>
/// <param name="time">For deadlines and expiry.</param>
/// <param name="receiver">Who checks; empty: nobody in particular.</param>
public sealed class MailChecks(IResolver resolver, TimeProvider time, string receiver = "")
{
    private readonly SpfEvaluator _spf = new(resolver, time, receiver);
    private readonly DkimVerifier _dkim = new(resolver, time);
    private readonly DmarcEvaluator _dmarc = new(resolver, PublicSuffixList.Embedded);

    public ValueTask<SpfVerdict> SpfAsync(SpfQuestion question, CancellationToken ct) => _spf.EvaluateAsync(question, ct);

    /// <param name="message">Complete.</param>
    /// <param name="ct">Gives up.</param>
    public ValueTask<IReadOnlyList<DkimVerdict>> DkimAsync(DkimMessage message, CancellationToken ct) =>
        _dkim.VerifyAsync(message, ct);

    /// <param name="message">Complete.</param>
    /// <param name="spf">Of its envelope.</param>
    /// <param name="dkim">Of its signatures.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<DmarcVerdict> DmarcAsync(
        DkimMessage message,
        SpfVerdict spf,
        IReadOnlyList<DkimVerdict> dkim,
        CancellationToken ct
    )
    {
        if (message.Header.IsTooLarge)
            return DmarcEvaluator.NotReadable("the header is too large to be read");
        return AuthorList.TryReadDomains(message.Header, out IReadOnlyList<string>? authors, out string? fault)
            ? await _dmarc.EvaluateAsync(authors, spf, dkim, ct)
            : DmarcEvaluator.NotReadable(fault);
    }
}
