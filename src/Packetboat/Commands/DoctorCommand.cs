using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Resolver;

namespace Packetboat.Commands;

/// <summary>
/// <c>packetboat doctor</c>: why mail does not leave, or is not believed, what to mend first, and which way it should take. Needs no server
/// and no settings. The status is 0 where all is well, 1 with a warning, 2 with a failure.
/// </summary>
internal static class DoctorCommand
{
    public const int WarningStatus = 1;

    public const int FailureStatus = 2;

    private static readonly Option<string?> Domain = new("--domain")
    {
        Description = "Whose mail it is about; the system's domain if not said",
    };

    private static readonly Option<string?> Address = new("--address")
    {
        Description = "The address that mail leaves from, where nobody says how he sees us",
    };

    private static readonly Option<string?> Hub = new("--hub")
    {
        Description = "A hub that is asked how it sees this machine, such as https://hub.example.net:8443",
    };

    private static readonly Option<string?> Pin = new("--pin")
    {
        Description = "Of the hub's certificate, as for join, where no authority vouches for it",
    };

    private static readonly Option<bool> Apply = new("--apply")
    {
        Description = "Write the line of the settings that the last sentence names; the old file is kept",
    };

    private static readonly Option<bool> Last = new("--last")
    {
        Description = "Show the last report, which a server makes by itself when a route changes, and examine nothing",
    };

    public const string Name = "doctor";

    public static Command Create()
    {
        var command = new Command(Name, "Find out why mail does not leave or is not believed, and what to do")
        {
            Domain,
            Address,
            NameServerOption.Dns,
            Hub,
            Pin,
            Apply,
            Last,
            Verbs.Json,
        };
        command.SetAction((parsed, ct) => RunAsync(parsed, TimeProvider.System, ct));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, TimeProvider time, CancellationToken ct)
    {
        if (parsed.GetValue(Last))
            return ShowLast(parsed, time);
        if (!NameServerOption.IsRight(parsed) || SubjectOf(parsed) is not { } subject)
            return ExitCode.Usage;
        if (parsed.GetValue(Hub) is { } hub)
        {
            if (await DoctorHub.AskAsync(subject, hub, parsed.GetValue(Pin), time, ct) is not { } told)
                return ExitCode.Usage;
            subject = told;
        }

        DoctorReport report = await ExamineAsync(subject, parsed, time, ct);
        int? failure = null;
        if (parsed.GetValue(Apply))
            (report, failure) = await DoctorApply.RunAsync(report, parsed, time, ct);
        Show(report, parsed);
        return failure ?? StatusOf(report);
    }

    private static void Show(DoctorReport report, ParseResult parsed)
    {
        if (parsed.GetValue(Verbs.Json))
            Print.Json(report, DoctorJson.Default.DoctorReport);
        else
            foreach (string line in DoctorText.Lines(report, DoctorText.Width))
                Print.Line(line);
    }

    private static int ShowLast(ParseResult parsed, TimeProvider time)
    {
        if (parsed.GetValue(Apply))
        {
            Print.Error(
                "--last --apply: what was advised then may not be right any more; say --apply alone, which examines anew"
            );
            return ExitCode.Usage;
        }

        string ctrl = Session.CtrlOf(parsed.GetValue(Verbs.Ctrl));
        if (Session.DataIn(ctrl) is not { } data || new LastReport(data).Read() is not { } report)
        {
            Print.Error(
                $"{ctrl}: no report is kept there that this user can read; packetboat doctor makes one, and keeps it from the first start of the server on"
            );
            return ExitCode.Unavailable;
        }

        if (!parsed.GetValue(Verbs.Json))
            Print.Line($"The last report, {DoctorText.Age(time.GetUtcNow() - report.At)}.");
        Show(report, parsed);
        return StatusOf(report);
    }

    private static async Task<DoctorReport> ExamineAsync(
        Subject subject,
        ParseResult parsed,
        TimeProvider time,
        CancellationToken ct
    )
    {
        // A server that runs has the tokens; nobody else may renew them.
        if (subject.UsesTokens && await Session.RunningAsync(subject.Ctrl, ct) is { } server)
        {
            using (server)
                return await server.ExamineAsync(
                    new ExaminationWish(parsed.GetValue(Domain), parsed.GetValue(Address), parsed.GetValue(NameServerOption.Dns)),
                    ct
                );
        }

        var resolver = new CachingResolver(Examination.ResolverOptionsFor(subject), time);
        await using Composition? opened = subject.UsesTokens ? Open(subject.Settings!, time) : null;
        DoctorReport report = await new Examination(resolver, time, opened?.Tokens).RunAsync(subject, "", ct);
        // Who may not write there sees it all the same.
        if (subject.Settings is { } settings && Directory.Exists(settings.Packetboat.DataDirectory))
            new LastReport(settings.Packetboat.DataDirectory).Keep(report);
        return report;
    }

    /// <summary>Null: a server has it, or the disk refuses; the rest is worth having all the same.</summary>
    private static Composition? Open(Settings settings, TimeProvider time)
    {
        try
        {
            return new Composition(
                settings,
                ConfigurationEnvironment.OfThisMachine(),
                NullLoggerFactory.Instance,
                time,
                delivers: false
            );
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null: it was printed what is wrong.</summary>
    private static Subject? SubjectOf(ParseResult parsed)
    {
        Subject subject = Composition.SubjectIn(
            Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)),
            ConfigurationEnvironment.OfThisMachine()
        );
        if (parsed.GetValue(NameServerOption.Dns) is { } server)
            subject = subject with { NameServer = ServerAddress.Parse(server) };
        if (parsed.GetValue(Address) is { } address)
        {
            if (!ServerAddress.IsAddress(address))
            {
                Print.Error($"--address {address}: not an IP address; write 192.0.2.1 or 2001:db8::1");
                return null;
            }

            subject = subject with { Address = IPAddress.Parse(address) };
        }

        if (parsed.GetValue(Domain) is not { } domain)
            return subject;
        if (Subject.DomainIn(domain) is { } name)
            return subject with { Domain = name };
        Print.Error($"--domain {domain}: not a domain; write example.org");
        return null;
    }

    private static int StatusOf(DoctorReport report) =>
        report.Verdict switch
        {
            CheckVerdict.Failure => FailureStatus,
            CheckVerdict.Warning => WarningStatus,
            _ => ExitCode.Ok,
        };
}
