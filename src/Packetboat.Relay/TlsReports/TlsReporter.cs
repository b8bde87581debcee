using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.TransportSecurity;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.TlsReports;

/// <summary>
/// Tells each domain that asks for it, once a day, how sessions with its servers came by TLS. RFC 8460. By mail only where there is a key to sign
/// it; from the null sender, so that no report causes a report, and on a way on which nothing is counted.
/// </summary>
public sealed class TlsReporter : PeriodicService
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    internal static readonly TimeSpan LongestDelay = TimeSpan.FromHours(4);

    /// <summary>A report that nobody took so long after its day is nobody's any more. RFC 8460 §5.6.</summary>
    private const int MaxDays = 2;

    private readonly TlsResults _results;
    private readonly ITlsResultStore _store;
    private readonly IResolver _resolver;
    private readonly ISpool _spool;
    private readonly MessageSigner? _signer;
    private readonly ReportPost _post;
    private readonly Func<Settings> _settings;

    internal TlsReporter(
        TlsResults results,
        ITlsResultStore store,
        IResolver resolver,
        ISpool spool,
        MessageSigner? signer,
        ReportPost post,
        Func<Settings> settings,
        MailLog log,
        TimeProvider time
    )
        : base(Step, log, time)
    {
        (_results, _store, _resolver, _spool, _signer) = (results, store, resolver, spool, signer);
        (_post, _settings) = (post, settings);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _results.FileAsync();
    }

    public override void Dispose()
    {
        _post.Dispose();
        base.Dispose();
    }

    /// <summary>Files what was counted, and reports the days that are over.</summary>
    protected internal override async Task LookAsync(CancellationToken ct)
    {
        await _results.FileAsync();
        var today = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime);
        foreach ((DateOnly day, string domain) in _store.ListDue(today))
            if (!_settings().Packetboat.TlsReports || await TryDoAsync(day, domain, ct) || day.AddDays(MaxDays) < today)
                await _store.RemoveAsync(day, domain, ct);
    }

    /// <summary>Whatever one domain has in its records, the others get their reports.</summary>
    private async Task<bool> TryDoAsync(DateOnly day, string domain, CancellationToken ct)
    {
        try
        {
            return IsTime(day, domain) && await IsDoneAsync(day, domain, ct);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            Log.ServiceFault($"{nameof(TlsReporter)} for {domain}", fault);
            return false;
        }
    }

    /// <summary>Not all of the world at midnight; for one report the same time after a restart. RFC 8460 §4.1.</summary>
    private bool IsTime(DateOnly day, string domain)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{_settings().Mail.HostName} {domain} {day:O}"));
        TimeSpan delay = LongestDelay * (BinaryPrimitives.ReadUInt16BigEndian(hash) / 65536.0);
        return Time.GetUtcNow() >= new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) + delay;
    }

    /// <summary>False: it is to be tried again.</summary>
    private async Task<bool> IsDoneAsync(DateOnly day, string domain, CancellationToken ct)
    {
        switch (await _resolver.TextAsync(TlsReportRecord.NameFor(domain), ct))
        {
            case DnsAnswer<string>.TemporaryFailure:
                return false;
            case DnsAnswer<string>.Found found when TlsReportRecord.AddressesOf(found.Records) is { Count: > 0 } addresses:
                return await SendAsync(day, domain, addresses, ct);
            default:
                return true;
        }
    }

    private async Task<bool> SendAsync(DateOnly day, string domain, IReadOnlyList<Uri> addresses, CancellationToken ct)
    {
        string host = _settings().Mail.HostName;
        var report = new TlsReport(domain, day, host, $"postmaster@{host}", _store.Results(day, domain));
        // Together: one that hangs holds up the others, and other domains' reports, no longer than itself. None fails for another: who has taken it
        // would get it again.
        bool[] taken = await Task.WhenAll(addresses.Select(address => SendAsync(report, address, ct)));
        return taken.Contains(true);
    }

    private async Task<bool> SendAsync(TlsReport report, Uri address, CancellationToken ct)
    {
        string? failure;
        try
        {
            failure = TlsReportRecord.MailOf(address) is { } to
                ? await MailAsync(report, to, ct)
                : await _post.SendAsync(address, report.ToGzip(), ct);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            Log.ServiceFault($"{nameof(TlsReporter)} to {PrintableText.Of(address.AbsoluteUri, 200)}", fault);
            return false;
        }

        Log.TlsReported(report.Domain, report.Day, PrintableText.Of(address.AbsoluteUri, 200), failure ?? "it was taken");
        return failure is null;
    }

    private async Task<string?> MailAsync(TlsReport report, MailAddress to, CancellationToken ct)
    {
        byte[] content = TlsReportMail.Of(report, to, Time.GetLocalNow());
        byte[] signature = _signer?.Sign(report.Id, content, report.Submitter) ?? [];
        if (signature.Length == 0)
            return $"no key signs mail of {report.Submitter}, and unsigned it would not be believed (RFC 8460 §5.3)";
        if (_spool.Refusal is { } closed)
            return closed;
        await using ISpooledMessage message = _spool.Begin();
        foreach (byte[] part in content.Chunk(32 * 1024))
        {
            message.Append(part);
            await message.FlushAsync(ct);
        }

        await message.CommitAsync(
            new SpoolEnvelope(
                Sender: null,
                [new EnvelopeRecipient(to, new RecipientNotice(DsnNotify.Never, null))],
                Account: null,
                $"TLS report to {report.Domain}",
                signature,
                BodyType.SevenBit,
                SmtpUtf8: false,
                EnvelopeNotice.None,
                Tls: TlsWish.Optional
            ),
            ct
        );
        return null;
    }
}
