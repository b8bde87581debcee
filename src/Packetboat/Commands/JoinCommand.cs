using System.CommandLine;
using Packetboat.Admin.Enrolment;
using Packetboat.Joining;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Signing;

namespace Packetboat.Commands;

/// <summary><c>packetboat join</c>: become a node of a hub.</summary>
internal static class JoinCommand
{
    private static readonly Argument<string> Hub = new("hub")
    {
        Description = "Its address, such as https://hub.example.net:8443",
    };
    private static readonly Argument<string?> Code = new("code")
    {
        Description = "The operator's invitation; without one this applies for an account",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Option<string?> Id = new("--id") { Description = "The QWK-ID that you would like" };
    private static readonly Option<string?> Domain = new("--domain") { Description = "The domain that you send from" };
    private static readonly Option<string?> Pin = new("--pin")
    {
        Description =
            "SHA-256 of the hub's certificate, in hexadecimal, or of its key as sha256//BASE64, where no authority vouches for it",
    };
    private static readonly Option<bool> AcceptTerms = new("--accept-terms")
    {
        Description = "Accept the hub's terms without being asked",
    };
    private static readonly Option<string?> Test = new("--test")
    {
        Description = "Address that a test message goes to; blank sends none",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Option<string?> Contact = new("--contact")
    {
        Description = "For an application: how the operator reaches you",
    };
    private static readonly Option<string> Words = new("--words")
    {
        Description = "For an application: who you are, and what you mean to send",
        DefaultValueFactory = _ => "",
    };

    public const string Name = "join";

    public static Command Create()
    {
        var command = new Command(Name, "Become a node of a hub: get an account, write the settings, send a test message")
        {
            Hub,
            Code,
            Id,
            Domain,
            Pin,
            AcceptTerms,
            Test,
            Contact,
            Words,
        };
        command.SetAction((parsed, ct) => RunAsync(parsed, new ConsoleDesk(), TimeProvider.System, ct));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ConsoleDesk desk, TimeProvider time, CancellationToken ct)
    {
        if (Plan(parsed, desk) is not { } plan)
            return ExitCode.Usage;
        try
        {
            return await RunAsync(plan, Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), desk, time, ct);
        }
        catch (Exception failure)
            when (failure is IOException or InvalidDataException or UnauthorizedAccessException or HttpRequestException)
        {
            desk.Fail(failure.Message);
            return ExitCode.IoError;
        }
    }

    /// <summary>The whole of it, for whoever sits at the desk.</summary>
    public static async Task<int> RunAsync(JoinPlan plan, string ctrl, IJoinDesk desk, TimeProvider time, CancellationToken ct)
    {
        using var hub = new EnrolmentClient(plan.Hub, plan.Pin, time);
        (JoinAnswer? joined, int exitCode) = await new JoinRun(plan, ctrl, hub, desk, time).RunAsync(ct);
        if (joined is null)
            return exitCode;
        (Settings? settings, exitCode) = Session.ReadSettings(ctrl, quiet: true);
        if (settings is null)
            return exitCode;
        IReadOnlyList<StoredDkimKey> keys = new JoinRecords(settings, desk, time).Show(joined);
        await NoteAsync(plan, joined, keys, settings, ct);
        string? to = plan.TestTo ?? desk.Ask("Where shall a test message go? An address, or blank for none: ");
        if (!string.IsNullOrWhiteSpace(to))
            return await TestAsync(joined, to.Trim(), settings, desk, time, ct);
        desk.Say($"No test message was sent. To send one: packetboat sendmail -f {joined.Sender} ADDRESS");
        return ExitCode.Ok;
    }

    private static JoinPlan? Plan(ParseResult parsed, IJoinDesk desk)
    {
        if (!EnrolmentClient.TryAddress(parsed.GetValue(Hub)!, out Uri? hub, out Refusal? refusal))
        {
            desk.Fail(refusal!.ToString());
            return null;
        }

        HubPin? pin = null;
        if (parsed.GetValue(Pin) is { } text && !HubPin.TryParse(text, out pin))
        {
            desk.Fail(
                $"'{text}': it is no pin. Write the 64 hexadecimal digits of the certificate's SHA-256, or sha256// and base64."
            );
            return null;
        }

        return new JoinPlan(hub!, parsed.GetValue(Code), pin)
        {
            Id = parsed.GetValue(Id),
            Domain = parsed.GetValue(Domain),
            Contact = parsed.GetValue(Contact),
            Words = parsed.GetValue(Words)!,
            AcceptsTerms = parsed.GetValue(AcceptTerms),
            TestTo = parsed.GetResult(Test) is null ? null : parsed.GetValue(Test) ?? "",
        };
    }

    /// <summary>Into the audit trail of the node: its settings are others now.</summary>
    private static async Task NoteAsync(
        JoinPlan plan,
        JoinAnswer joined,
        IReadOnlyList<StoredDkimKey> keys,
        Settings settings,
        CancellationToken ct
    )
    {
        await using Session session = await Session.OpenAsync(settings, ct);
        IOperations audit = session.Operations.By(Session.ThisOperator());
        await audit.NoteAsync(
            OperatorDeed.Join,
            plan.Hub.GetLeftPart(UriPartial.Authority),
            $"as {joined.Account}; mail leaves through {joined.Server}:{joined.Port}",
            ct
        );
        if (keys.Count > 0)
            await audit.NoteAsync(
                OperatorDeed.DkimNew,
                keys[0].Domain,
                $"selectors {string.Join(", ", keys.Select(key => key.Selector))}, by join",
                ct
            );
    }

    private static async Task<int> TestAsync(
        JoinAnswer joined,
        string to,
        Settings settings,
        IJoinDesk desk,
        TimeProvider time,
        CancellationToken ct
    )
    {
        await using Session session = await Session.OpenAsync(settings, ct, delivers: true);
        var test = new TestMessage(session.Operations, time);
        if (!await test.RelayIsInForceAsync(joined, to, ct))
        {
            desk.Fail(
                $"the running server does not send through {joined.Server}; see its log, restart it, and test with packetboat sendmail"
            );
            return ExitCode.Failed;
        }

        Result<Submitted> sent = await test.SendAsync(joined, to, ct);
        if (sent.Refusal is { } refusal)
        {
            desk.Fail(refusal.ToString());
            return ExitCode.Failed;
        }

        Result<MessageTrace> result = await test.FollowAsync(sent.Value!.Id, ct);
        return Session.Answer(result, trace => Print.Trace(trace, desk.Say)) == ExitCode.Ok
            ? Verdict(result.Value!, joined, desk)
            : ExitCode.Failed;
    }

    private static int Verdict(MessageTrace trace, JoinAnswer joined, IJoinDesk desk)
    {
        if (trace.Recipients.All(row => row.State == "delivered"))
        {
            desk.Say($"{joined.Server} has taken the test message: this node sends.");
            return ExitCode.Ok;
        }

        desk.Fail(
            $"the test message is not delivered yet; the account and the settings stay as they are. See: packetboat trace {trace.Id}"
        );
        return ExitCode.Failed;
    }
}
