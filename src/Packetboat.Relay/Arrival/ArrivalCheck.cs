using System.Net;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;
using Packetboat.Relay.Checks;
using Packetboat.Relay.Signing;

namespace Packetboat.Relay.Arrival;

/// <summary>
/// Asks of a message what its receivers will: SPF of the envelope from each address that we send from, the signatures that it has and those
/// that we add, and DMARC of them all. It finds what is known to be wrong; trouble with the DNS is never held against a message.
/// </summary>
public sealed class ArrivalCheck(
    IResolver resolver,
    SendingAddresses addresses,
    ISigningKeys keys,
    Func<ArrivalSettings> settings,
    TimeProvider time
)
{
    private readonly MailChecks _checks = new(resolver, time);
    private readonly SpfAdvice _advice = new(resolver);

    /// <param name="sender">Of the envelope; null: the null sender.</param>
    /// <param name="message">Complete, as it was received.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<ArrivalFinding> CheckAsync(MailAddress? sender, DkimMessage message, CancellationToken ct)
    {
        ArrivalSettings now = settings();
        using var patience = new CancellationTokenSource(now.Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            return await CheckAsync(sender, message, now, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ArrivalFinding([], $"the look-ups took longer than {now.Patience.TotalSeconds:0.#} seconds");
        }
    }

    private async ValueTask<ArrivalFinding> CheckAsync(
        MailAddress? sender,
        DkimMessage message,
        ArrivalSettings now,
        CancellationToken ct
    )
    {
        (IReadOnlyList<IPAddress> from, string unknown) = await addresses.FindAsync(ct);
        List<DkimVerdict> dkim = [.. await _checks.DkimAsync(message, ct)];
        dkim.AddRange(
            keys.For(message.Header)
                .Select(key => new DkimVerdict(DkimResult.Pass, key.Domain, key.Selector, "signed when it is accepted"))
        );
        if (from.Count == 0)
            return await WithoutAddressAsync(sender, message, now, dkim, unknown, ct);

        var problems = new List<ArrivalProblem>();
        string unsure = "";
        bool isSpfMissing = false;
        foreach (IPAddress address in from)
        {
            SpfVerdict spf = await _checks.SpfAsync(new SpfQuestion(address, sender?.ToString() ?? "", now.HostName), ct);
            DmarcVerdict dmarc = await _checks.DmarcAsync(message, spf, dkim, ct);
            isSpfMissing |= spf.Result is not (SpfResult.Pass or SpfResult.TempError);
            if (spf.Result is SpfResult.TempError || dmarc.Result is DmarcResult.TempError)
                unsure = spf.Result is SpfResult.TempError ? spf.Reason : dmarc.Reason;
            else if (await ProblemAsync(address, now, spf, dmarc, dkim, ct) is { } problem && !problems.Contains(problem))
                problems.Add(problem);
        }

        return new ArrivalFinding(problems, problems.Count > 0 ? "" : unsure, isSpfMissing);
    }

    /// <summary>What passes without SPF passes. Of all else nothing can be said.</summary>
    private async ValueTask<ArrivalFinding> WithoutAddressAsync(
        MailAddress? sender,
        DkimMessage message,
        ArrivalSettings now,
        IReadOnlyList<DkimVerdict> dkim,
        string unknown,
        CancellationToken ct
    )
    {
        string domain = sender?.AsciiDomain ?? now.HostName;
        var unasked = new SpfVerdict(SpfResult.TempError, domain, unknown);
        DmarcVerdict dmarc = await _checks.DmarcAsync(message, unasked, dkim, ct);
        return Obvious(dmarc) is { } problem
            ? new ArrivalFinding([problem])
            : new ArrivalFinding([], dmarc.Result is DmarcResult.Pass || dkim.Any(Passes) ? "" : unknown);
    }

    /// <summary>The one thing that has to be mended first.</summary>
    private async ValueTask<ArrivalProblem?> ProblemAsync(
        IPAddress address,
        ArrivalSettings now,
        SpfVerdict spf,
        DmarcVerdict dmarc,
        IReadOnlyList<DkimVerdict> dkim,
        CancellationToken ct
    )
    {
        if (Obvious(dmarc) is { } obvious)
            return obvious;
        if (spf.Result is SpfResult.PermError)
            return new ArrivalProblem(
                spf.Domain,
                $"SPF of {spf.Domain} cannot be used: {spf.Reason}",
                $"Mend the record of {spf.Domain}"
            );
        if (spf.Result is SpfResult.Fail)
            return await WithRecordAsync($"SPF of {spf.Domain} forbids {address} to send for it", spf.Domain, now, address, ct);
        if (dmarc is { Result: DmarcResult.Fail, Policy: not DmarcPolicy.None })
            return await NotAlignedAsync(address, now, spf, dmarc, ct);
        return spf.Result is SpfResult.Pass || dkim.Any(Passes)
            ? null
            : await WithRecordAsync(
                $"nothing shows receivers that {now.HostName} [{address}] may send for {spf.Domain}: SPF says {spf.Word}, and no DKIM signature counts",
                spf.Domain,
                now,
                address,
                ct
            );
    }

    /// <summary>What needs no SPF to be seen.</summary>
    private static ArrivalProblem? Obvious(DmarcVerdict dmarc) =>
        dmarc.Result is DmarcResult.PermError && dmarc.Domain.Length == 0
            ? new ArrivalProblem("", $"receivers cannot tell whose it is: {dmarc.Reason}", "Write one From with one address")
        : !dmarc.DomainExists
            ? new ArrivalProblem(dmarc.Domain, dmarc.Reason, "Write From with an address in a domain that exists")
        : null;

    /// <summary>RFC 7489 §3.1: that SPF or DKIM passes is not enough, it must be for the domain in From.</summary>
    private async ValueTask<ArrivalProblem> NotAlignedAsync(
        IPAddress address,
        ArrivalSettings now,
        SpfVerdict spf,
        DmarcVerdict dmarc,
        CancellationToken ct
    )
    {
        string wanted = dmarc.Policy is DmarcPolicy.Reject ? "reject" : "quarantine";
        string reason = $"DMARC of {dmarc.Domain} asks receivers to {wanted} it: {dmarc.Reason}";
        bool helpsSpf =
            spf.Result is not SpfResult.Pass
            && PublicSuffixList.Embedded.OrganizationalDomain(spf.Domain)
                == PublicSuffixList.Embedded.OrganizationalDomain(dmarc.Domain);
        return helpsSpf
            ? await WithRecordAsync(reason, spf.Domain, now, address, ct)
            : new ArrivalProblem(
                dmarc.Domain,
                reason,
                $"Send it with an envelope sender in {dmarc.Domain}, or ask postmaster@{now.HostName} to sign for {dmarc.Domain}"
            );
    }

    private async ValueTask<ArrivalProblem> WithRecordAsync(
        string reason,
        string domain,
        ArrivalSettings now,
        IPAddress address,
        CancellationToken ct
    )
    {
        string record = await _advice.RecordAsync(domain, now, address, ct);
        // Of our own name only the operator can publish anything.
        string publish = domain.Equals(now.HostName, StringComparison.OrdinalIgnoreCase)
            ? $"Ask postmaster@{now.HostName} to publish"
            : "Publish";
        string remedy =
            record.Length > 0 ? $"{publish}: {record}" : $"Let {now.HostName} [{address}] into the SPF record of {domain}";
        return new ArrivalProblem(domain, reason, remedy, record);
    }

    private static bool Passes(DkimVerdict verdict) => verdict.Result is DkimResult.Pass;
}
