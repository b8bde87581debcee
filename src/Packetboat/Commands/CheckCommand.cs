using System.CommandLine;
using System.Net;
using Packetboat.Protocol;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dmarc;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;
using Packetboat.Relay.Checks;
using Packetboat.Relay.Hub;

namespace Packetboat.Commands;

/// <summary>
/// <c>packetboat check</c>: what a receiver will find, and what a sender must. Needs no settings. The first word is the result's as its RFC has
/// it; the status is 0 for pass, 75 where DNS did not answer, 1 for everything else.
/// </summary>
internal static class CheckCommand
{
    private static readonly Option<string> Ip = new("--ip") { Description = "The host that sends", Required = true };

    private static readonly Option<string> From = new("--from")
    {
        Description = "MAIL FROM; empty for the null sender",
        Required = true,
    };

    private static readonly Option<string> Helo = new("--helo")
    {
        Description = "What the host calls itself",
        DefaultValueFactory = _ => "",
    };

    private static readonly Argument<string> FileName = new("file") { Description = "A message; - is the standard input" };

    private static readonly Argument<string> Domain = new("domain") { Description = "Of recipients" };

    private static readonly Option<bool> Trusted = new("--trusted")
    {
        Description = "The name server of --dns validates DNSSEC, and is believed when it says so",
    };

    public static Command Create()
    {
        var spf = new Command("spf", "Ask SPF whether a host may send for a domain") { Ip, From, Helo, Verbs.Json };
        spf.SetAction((parsed, ct) => RunAsync(parsed, SpfAsync, ct));
        var dkim = new Command("dkim", "Verify the signatures of a message") { FileName, Verbs.Json };
        dkim.SetAction((parsed, ct) => RunAsync(parsed, DkimAsync, ct));
        var dmarc = new Command("dmarc", "Ask what DMARC makes of a message") { FileName, Ip, From, Helo, Verbs.Json };
        dmarc.SetAction((parsed, ct) => RunAsync(parsed, DmarcAsync, ct));
        var tls = new Command("tls", "Find out what TLS to a domain's servers must be: DANE, MTA-STS")
        {
            Domain,
            Trusted,
            Verbs.Json,
        };
        tls.SetAction(TlsAsync);
        var command = new Command("check", "Find out what others would: SPF, DKIM, DMARC, TLS") { spf, dkim, dmarc, tls };
        command.Options.Add(NameServerOption.Dns);
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        Func<ParseResult, MailChecks, CancellationToken, Task<int>> check,
        CancellationToken ct
    )
    {
        if (NameServerOption.Resolver(parsed) is not { } resolver)
            return ExitCode.Usage;
        try
        {
            return await check(parsed, new MailChecks(resolver, TimeProvider.System), ct);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    private static async Task<int> SpfAsync(ParseResult parsed, MailChecks checks, CancellationToken ct)
    {
        if (Question(parsed) is not { } question)
            return ExitCode.Usage;
        var report = SpfReport.Of(await checks.SpfAsync(question, ct));
        if (parsed.GetValue(Verbs.Json))
            Print.Json(report, CheckJson.Default.SpfReport);
        else
            Show(report);
        return StatusOf(report.Result);
    }

    private static async Task<int> DkimAsync(ParseResult parsed, MailChecks checks, CancellationToken ct)
    {
        using var message = new DkimMessage();
        await MessageFile.ReadAsync(parsed.GetValue(FileName)!, message, ct);
        var report = DkimReport.Of(await checks.DkimAsync(message, ct));
        if (parsed.GetValue(Verbs.Json))
        {
            Print.Json(report, CheckJson.Default.DkimReport);
        }
        else
        {
            Print.Line($"{report.Result}: {report.Reason}");
            Show(report, "");
        }

        return StatusOf(report.Result);
    }

    private static async Task<int> DmarcAsync(ParseResult parsed, MailChecks checks, CancellationToken ct)
    {
        if (Question(parsed) is not { } question)
            return ExitCode.Usage;
        using var message = new DkimMessage();
        await MessageFile.ReadAsync(parsed.GetValue(FileName)!, message, ct);
        SpfVerdict spf = await checks.SpfAsync(question, ct);
        IReadOnlyList<DkimVerdict> dkim = await checks.DkimAsync(message, ct);
        DmarcVerdict dmarc = await checks.DmarcAsync(message, spf, dkim, ct);
        var report = DmarcReport.Of(dmarc, spf, dkim);
        if (parsed.GetValue(Verbs.Json))
            Print.Json(report, CheckJson.Default.DmarcReport);
        else
            Show(report);
        return StatusOf(report.Result);
    }

    private static async Task<int> TlsAsync(ParseResult parsed, CancellationToken ct)
    {
        string text = parsed.GetValue(Domain)!;
        bool isTrusted = parsed.GetValue(Trusted);
        bool hasServer = parsed.GetValue(NameServerOption.Dns) is not null;
        // A domain is what may stand behind the @.
        if (!MailAddress.TryParse($"x@{text}", out MailAddress? address) || text.StartsWith('['))
            return Misused($"domain {PrintableText.Of(text, 60)}", "it is no domain", "Write one, such as example.org");
        if (isTrusted && !hasServer)
            return Misused("--trusted", "it is not said which name server is believed", "Add --dns 127.0.0.1");
        if (NameServerOption.Resolver(parsed, isTrusted) is not { } resolver)
            return ExitCode.Usage;

        using var check = new TlsCheck(resolver, hasServer, TimeProvider.System);
        TlsReport report = await check.OfAsync(address.AsciiDomain, ct);
        if (parsed.GetValue(Verbs.Json))
            Print.Json(report, CheckJson.Default.TlsReport);
        else
            Show(report);
        return report.Result switch
        {
            "temperror" => ExitCode.TemporaryFailure,
            "forbidden" or "none" => ExitCode.Failed,
            _ => ExitCode.Ok,
        };
    }

    private static int Misused(string value, string reason, string remedy)
    {
        Print.Error(new Refusal(value, reason, remedy).ToString());
        return ExitCode.Usage;
    }

    /// <summary>Null: it was printed what is wrong.</summary>
    private static SpfQuestion? Question(ParseResult parsed)
    {
        string ip = parsed.GetValue(Ip)!;
        // The platform takes short forms of IPv4 addresses too, and nobody means them.
        if (
            !IPAddress.TryParse(ip, out IPAddress? address)
            || (!ip.Contains(':', StringComparison.Ordinal) && ip.Count(c => c == '.') != 3)
        )
        {
            Print.Error(
                new Refusal(
                    $"--ip {ip}",
                    "it is not an IP address",
                    "Write the address of the host that sends, such as 192.0.2.1 or 2001:db8::1"
                ).ToString()
            );
            return null;
        }

        string sender = parsed.GetValue(From)!;
        if (sender.StartsWith('<') && sender.EndsWith('>'))
            sender = sender[1..^1];
        return new SpfQuestion(address, sender, parsed.GetValue(Helo)!);
    }

    private static void Show(SpfReport report)
    {
        Print.Line($"{report.Result}: {report.Reason}");
        if (report.Explanation is { } explanation)
            Print.Line($"  the domain says: {explanation}");
    }

    private static void Show(DkimReport report, string margin)
    {
        foreach (DkimSignatureReport one in report.Signatures)
            Print.Line($"{margin}  {one.Result}: d={one.Domain} s={one.Selector} a={one.Algorithm}: {one.Reason}");
    }

    private static void Show(DmarcReport report)
    {
        Print.Line($"{report.Result}: {report.Reason}");
        if (report.PolicyDomain is { } domain)
            Print.Line($"  policy: {report.Policy} for {report.Percent} % of what fails, says {domain}");
        Print.Line($"  spf: {report.Spf.Result}: {report.Spf.Reason}");
        Print.Line($"  dkim: {report.Dkim.Result}: {report.Dkim.Reason}");
        Show(report.Dkim, "  ");
    }

    private static void Show(TlsReport report)
    {
        Print.Line($"{report.Result}: {report.Reason}");
        if (report.Hosts.Count == 0)
            return;
        Print.Line($"  mx: {(report.MxIsAuthentic ? "authentic" : "nobody vouches for it, so DANE does not count")}");
        Print.Line(
            $"  mta-sts: {report.Policy ?? "no policy"}{(report.PolicyReason.Length > 0 ? $", {report.PolicyReason}" : "")}"
        );
        foreach (TlsHostReport host in report.Hosts)
        {
            Print.Line($"  {host.Host}: {host.Words}");
            foreach (string record in host.Records)
                Print.Line($"    TLSA {record}");
        }
    }

    private static int StatusOf(string result) =>
        result switch
        {
            "pass" => ExitCode.Ok,
            "temperror" => ExitCode.TemporaryFailure,
            _ => ExitCode.Failed,
        };
}
