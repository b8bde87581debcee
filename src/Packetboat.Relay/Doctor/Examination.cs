using System.Net.Sockets;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Resolver;
using Packetboat.Relay.Tokens;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Doctor;

/// <summary>Runs all checks at the same time, and puts what they found into the order in which it is to be mended.</summary>
/// <param name="resolver">Asks the DNS.</param>
/// <param name="time">The clock.</param>
/// <param name="tokens">For relays that are shown one; null: these are not tried.</param>
public sealed class Examination(IResolver resolver, TimeProvider time, TokenKeeper? tokens = null)
{
    /// <summary>For all of it. What has not ended by then was not checked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(28);

    /// <summary>Reads policies; null: by HTTPS.</summary>
    internal IPolicyFetcher? Policies { get; init; }

    /// <summary>
    /// In the order in which they count as causes: what makes others fail comes before them. Of two failures the earlier one is mended first.
    /// </summary>
    private static Check[] ChecksOf(Subject subject) =>
        [
            new SettingsCheck(),
            new DnsCheck(),
            new DiskCheck(),
            new ClockCheck(),
            new OpenRelayCheck(),
            new RelayCheck(),
            .. RelayCheck.OfOthers(subject),
            new Port25Check(AddressFamily.InterNetwork),
            new Port25Check(AddressFamily.InterNetworkV6),
            new AddressCheck(),
            new ListingCheck(),
            new PtrCheck(),
            new DomainCheck(),
            new SpfCheck(),
            new DkimCheck(),
            new DmarcCheck(),
            new CertificateCheck(),
            new FilesCheck(),
            new InboundCheck(),
            new MtaStsCheck(),
            TransportRecordsCheck.TlsReports,
        ];

    /// <summary>How names are looked up for it: the questions of delivery, and less patience.</summary>
    public static ResolverOptions ResolverOptionsFor(Subject subject) =>
        new()
        {
            Server = subject.Effective.Mail.DnsServer?.ToString(),
            UseTcp = subject.Effective.Mail.Options.HasFlag(MailOptions.USE_TCP_DNS),
            Timeout = TimeSpan.FromSeconds(3),
            Retries = 1,
        };

    /// <param name="subject">Of whom.</param>
    /// <param name="reason">Why; empty: somebody asked.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<DoctorReport> RunAsync(Subject subject, string reason, CancellationToken ct)
    {
        DateTimeOffset begun = time.GetUtcNow();
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        var facts = new Facts(subject, resolver, time, tokens, either.Token) { Policies = Policies };
        Finding[] findings = await Task.WhenAll(ChecksOf(subject).Select(check => RunAsync(check, facts, either.Token)));
        ct.ThrowIfCancellationRequested();
        return new DoctorReport(
            begun,
            subject.HostName,
            subject.Domain,
            subject.Settings is null ? null : subject.Ctrl,
            reason,
            [.. findings.OrderByDescending(finding => finding.Verdict)],
            await Counsel.OfAsync(facts, findings)
        );
    }

    private static async Task<Finding> RunAsync(Check check, Facts facts, CancellationToken ct)
    {
        try
        {
            if (check.NeedsSettings && facts.Subject.Settings is null)
                return check.NotChecked("there are no settings that can be used");
            if (check.NeedsDns && (await facts.DnsAsync()).Trouble is { Length: > 0 } trouble)
                return check.NotChecked(trouble);
            return await check.ExamineAsync(facts, ct);
        }
        catch (OperationCanceledException)
        {
            return check.NotChecked($"it took longer than {Patience.TotalSeconds:0} seconds");
        }
        catch (Exception fault)
        {
            // The others are worth having all the same.
            return check.NotChecked($"the check itself failed: {fault.Message}");
        }
    }
}
