using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether the settings can be used at all.</summary>
internal sealed class SettingsCheck : Check
{
    public override string Name => "settings";

    public override string Title => "Settings";

    public override Task<Finding> ExamineAsync(Facts facts, CancellationToken ct) => Task.FromResult(Examine(facts.Subject));

    private Finding Examine(Subject subject)
    {
        Problem[] errors = [.. subject.Problems.Where(problem => problem.Severity == Severity.Error)];
        Problem[] warnings = [.. subject.Problems.Where(problem => problem.Severity == Severity.Warning)];
        if (errors.Length > 0)
            return Failure(
                $"{errors[0]}{More(errors.Length)}",
                "a server does not start with these settings; one that runs goes on with those that it read before",
                "Mend it: packetboat config check shows all of them"
            );
        if (subject.Settings is not { } settings)
            return NotChecked(
                $"there are none in {subject.Ctrl}: packetboat serve writes a first set, and so does packetboat join"
            );
        if (settings.Mail.Options.HasFlag(MailOptions.NO_SENDMAIL))
            return Warning(
                "NO_SENDMAIL is set in Options",
                "mail is taken and waits: nothing leaves",
                "Remove NO_SENDMAIL from Options in [Mail] of sbbs.ini when it is to leave"
            );
        return warnings.Length > 0
            ? Warning($"{warnings[0]}{More(warnings.Length)}", "", "packetboat config check shows all of them")
            : Ok($"{settings.CtrlDirectory} is in order");
    }

    private static string More(int count) => count > 1 ? $" (and {count - 1} more)" : "";
}
