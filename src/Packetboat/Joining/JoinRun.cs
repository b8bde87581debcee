using Packetboat.Admin.Enrolment;
using Packetboat.Commands;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;

namespace Packetboat.Joining;

/// <summary>
/// From an invitation to a node that sends:
/// <list type="number">
/// <item>the settings are there and in order, or nothing is asked of anybody;</item>
/// <item>the hub's terms are read and accepted;</item>
/// <item>what we are about to do is written down (<see cref="PendingJoin"/>), and the hub makes the account;</item>
/// <item>the how-to's keys are written into the settings, and what was written down is forgotten.</item>
/// </list>
/// Wherever that ends, the same command goes on from there.
/// </summary>
internal sealed class JoinRun(JoinPlan plan, string ctrl, EnrolmentClient hub, IJoinDesk desk, TimeProvider time)
{
    private readonly ConfigurationEnvironment _environment = ConfigurationEnvironment.OfThisMachine();

    /// <summary>How the hub's answer may look, to see what would stand in its way before anybody is asked.</summary>
    private JoinAnswer LikelyAnswer => new("NODE2345", "password", plan.Hub.IdnHost, 587, "PLAIN", "", []);

    /// <returns>What the hub gave, when the settings have it; else null and the exit code.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public async Task<(JoinAnswer? Joined, int ExitCode)> RunAsync(CancellationToken ct)
    {
        if (!AreSettingsInOrder())
            return (null, ExitCode.Configuration);
        if (PendingWithCode() is not { } pending)
            return (null, ExitCode.Usage);

        EnrolmentResult<HubDescription> described = await hub.DescribeAsync(ct);
        if (described.Value is not { } description)
            return (null, Refused(described.Fault, described.Refusal!));
        if (!AcceptsTerms(description))
            return (null, ExitCode.Failed);

        // What would stand in the way later is seen now, while the code is still good.
        if (new RelayLines(ctrl, _environment).Foresee(LikelyAnswer, hub.PinnedCertificate) is { } hindrance)
        {
            desk.Fail(hindrance.ToString());
            desk.Fail("nothing was asked of the hub, and nothing was changed");
            return (null, ExitCode.Configuration);
        }

        pending = pending with { Domain = plan.Domain ?? pending.Domain };
        pending.Write(ctrl, time);
        if (pending.IsApplication && await ApplyAsync(pending, description, ct) is { } notYet)
            return (null, notYet);
        EnrolmentResult<JoinAnswer> joined = await hub.JoinAsync(Request(pending, description), ct);
        if (joined.Value is not { } answer)
            return (null, Refused(joined.Fault, joined.Refusal!));

        if (!Write(answer))
            return (null, ExitCode.Configuration);
        PendingJoin.Forget(ctrl);
        return (answer, ExitCode.Ok);
    }

    private bool AreSettingsInOrder()
    {
        if (!Directory.Exists(ctrl) || Directory.GetFiles(ctrl, "sbbs*.ini").Length == 0)
        {
            foreach (string file in FirstStart.Write(ctrl))
                desk.Say($"wrote {file}; it explains every setting");
        }

        ConfigurationResult read = ConfigurationReader.Read(ctrl, _environment);
        if (read.Settings?.Relay is { } before)
            desk.Say($"mail leaves through {before.Server} now; joining changes that");
        return read.Settings is not null || IsMendedByJoining(read);
    }

    /// <summary>Where the only faults are in the lines that the hub is about to give, they are no reason to ask for them by hand.</summary>
    private bool IsMendedByJoining(ConfigurationResult read)
    {
        IReadOnlyList<Problem> left = new RelayLines(ctrl, _environment).ErrorsWith(LikelyAnswer);
        foreach (Problem problem in left)
            desk.Fail(problem.ToString());
        if (left.Count > 0)
        {
            desk.Fail($"{ctrl}: the settings are wrong; mend them first, nothing was asked of the hub (packetboat config check)");
            return false;
        }

        foreach (Problem problem in read.Problems.Where(problem => problem.Severity == Severity.Error))
            desk.Say($"{problem} (the hub's lines will mend that)");
        return true;
    }

    /// <summary>What was begun before, if it was by this code with this hub; else begun anew. Null when the code is none.</summary>
    private PendingJoin? PendingWithCode()
    {
        string address = plan.Hub.GetLeftPart(UriPartial.Authority);
        PendingJoin? before = PendingJoin.Read(ctrl);
        if (plan.Code is null)
            return before is { IsApplication: true } && before.Hub == address
                ? before
                : PendingJoin.Begin(address, InvitationCode.Generate().Text, isApplication: true);
        if (!InvitationCode.TryParse(plan.Code, out InvitationCode? code))
        {
            desk.Fail("the code is none: it has five groups of five letters and digits; copy all of it");
            return null;
        }

        return before is { IsApplication: false } && before.Hub == address && before.Code == code.Text
            ? before
            : PendingJoin.Begin(address, code.Text, isApplication: false);
    }

    private bool AcceptsTerms(HubDescription description)
    {
        desk.Say("");
        desk.Say($"The terms of {description.Name}:");
        foreach (string line in description.Terms.ReplaceLineEndings("\n").TrimEnd().Split('\n'))
            desk.Say($"  {PrintableText.Of(line, 1000)}");
        desk.Say("");
        if (plan.AcceptsTerms)
            return true;
        string? answer = desk.Ask("Do you accept them? Write yes: ");
        if (answer?.Trim().Equals("yes", StringComparison.OrdinalIgnoreCase) == true)
            return true;
        desk.Fail(
            answer is null
                ? "the terms were not accepted: nobody is here to ask; read them, and say --accept-terms"
                : "the terms were not accepted; nothing was asked of the hub, and nothing was changed"
        );
        return false;
    }

    /// <summary>Null when the operator has approved; else why it does not go on.</summary>
    private async Task<int?> ApplyAsync(PendingJoin pending, HubDescription description, CancellationToken ct)
    {
        EnrolmentResult<ApplicationAnswer> state = await hub.ApplicationAsync(pending.Code, ct);
        if (state.Fault == EnrolmentFault.UnknownCode && state.Refusal is not null)
        {
            if (!HasWhatAnApplicationNeeds())
                return ExitCode.Usage;
            state = await hub.ApplyAsync(Application(pending, description), ct);
        }

        if (state.Value is not { } answer)
            return Refused(state.Fault, state.Refusal!);
        switch (answer.State)
        {
            case ApplicationAnswer.Approved:
                return null;
            case ApplicationAnswer.Refused:
                PendingJoin.Forget(ctrl);
                desk.Fail(
                    $"the operator of {description.Name} has refused: {answer.Reason}. No account was made and no setting changed. "
                        + $"Write to {description.Contact} about it; to apply anew: packetboat join {pending.Hub} --id ... --contact ..."
                );
                return ExitCode.Failed;
            default:
                desk.Say($"Your application waits for the operator of {description.Name}, who calls it {answer.Name}.");
                desk.Say($"When he has approved it, run this again: packetboat join {pending.Hub}");
                return ExitCode.TemporaryFailure;
        }
    }

    private bool HasWhatAnApplicationNeeds()
    {
        if (plan.Id is not null && plan.Contact is not null)
            return true;
        desk.Fail(
            "without a code this is an application: it needs --id, the QWK-ID that you would like, and --contact, how the operator reaches you"
        );
        PendingJoin.Forget(ctrl);
        return false;
    }

    private ApplicationRequest Application(PendingJoin pending, HubDescription description) =>
        new()
        {
            Code = pending.Code,
            Id = plan.Id!,
            Domain = pending.Domain,
            Contact = plan.Contact!,
            Words = plan.Words,
            Terms = description.TermsVersion,
        };

    private JoinRequest Request(PendingJoin pending, HubDescription description) =>
        new()
        {
            Code = pending.Code,
            Key = pending.Key,
            Id = plan.Id,
            Domain = pending.Domain,
            Terms = description.TermsVersion,
        };

    private bool Write(JoinAnswer answer)
    {
        (IReadOnlyList<WrittenFile> written, Refusal? refusal) = new RelayLines(ctrl, _environment).Write(
            answer,
            hub.PinnedCertificate,
            time
        );
        if (refusal is not null)
        {
            desk.Fail(refusal.ToString());
            desk.Fail(
                $"the account {answer.Account} is made, and the settings were not changed; the same command goes on from here"
            );
            return false;
        }

        desk.Say($"This is {answer.Account} now; mail leaves through {answer.Server}:{answer.Port}.");
        foreach (WrittenFile file in written)
            desk.Say(
                $"wrote {_environment.NameOf(file.Path)}{(file.Backup is null ? "" : $", and kept the old one as {_environment.NameOf(file.Backup)}")}"
            );
        return true;
    }

    /// <summary>What cannot succeed by this code is forgotten; what may pass is kept.</summary>
    private int Refused(EnrolmentFault fault, Refusal refusal)
    {
        desk.Fail(refusal.ToString());
        if (
            fault
            is EnrolmentFault.UnknownCode
                or EnrolmentFault.Expired
                or EnrolmentFault.Used
                or EnrolmentFault.Revoked
                or EnrolmentFault.AccountChanged
        )
            PendingJoin.Forget(ctrl);
        return fault is EnrolmentFault.Unavailable or EnrolmentFault.TooManyRequests
            ? ExitCode.TemporaryFailure
            : ExitCode.Failed;
    }
}
