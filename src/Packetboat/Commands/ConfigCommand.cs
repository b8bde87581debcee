using System.CommandLine;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat config</c>: what the ini files say, and whether it can stand.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Check and show the settings") { Check(), Show() };

    private static Command Check()
    {
        var command = new Command("check", "Report every problem in the settings, and what is set but not used yet")
        {
            Verbs.Json,
        };
        command.SetAction(parsed => Check(Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), parsed.GetValue(Verbs.Json)));
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "Print every setting in force, and where it came from") { Verbs.Json };
        command.SetAction(parsed => Show(Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), parsed.GetValue(Verbs.Json)));
        return command;
    }

    private static int Check(string ctrl, bool json)
    {
        if (Read(ctrl) is not { } read)
            return ExitCode.Configuration;

        IReadOnlyList<Problem> problems = [.. read.Problems, .. read.Settings is { } all ? FilesReview.Of(all) : []];
        IReadOnlyList<EffectiveValue> notUsedYet = [.. read.Values.Where(value => value is { IsSet: true, UsedYet: false })];
        if (json)
            Print.Json(new ConfigurationReport(problems, notUsedYet), OperationsJson.Default.ConfigurationReport);
        else
            Report(ctrl, problems, notUsedYet);
        return problems.Any(problem => problem.Severity == Severity.Error) ? ExitCode.Configuration : ExitCode.Ok;
    }

    private static void Report(string ctrl, IReadOnlyList<Problem> problems, IReadOnlyList<EffectiveValue> notUsedYet)
    {
        foreach (Problem problem in problems)
            Print.Line($"{problem.Severity.ToString().ToLowerInvariant()}: {problem}");
        foreach (EffectiveValue value in notUsedYet)
            Print.Line($"not used yet: {value.Key} = {value.Value} ({value.Source})");
        int errors = problems.Count(problem => problem.Severity == Severity.Error);
        Print.Line(
            errors == 0
                ? $"{ctrl}: the settings are good"
                : $"{ctrl}: {Print.Count(errors, "error")}; the server does not start with them"
        );
    }

    private static int Show(string ctrl, bool json)
    {
        if (Read(ctrl) is not { } read)
            return ExitCode.Configuration;

        if (json)
        {
            Print.Json(read.Values, OperationsJson.Default.IReadOnlyListEffectiveValue);
            return ExitCode.Ok;
        }

        Print.Table(
            ["SECTION", "KEY", "VALUE", "FROM", ""],
            read.Values.Select(value =>
                new[] { value.Section, value.Key, value.Value, value.Source, value.UsedYet ? "" : "not used yet" }
            ),
            "Nothing is set."
        );
        return ExitCode.Ok;
    }

    private static ConfigurationResult? Read(string ctrl)
    {
        if (Directory.Exists(ctrl))
            return ConfigurationReader.Read(ctrl, ConfigurationEnvironment.OfThisMachine());
        Print.Error($"{ctrl}: there is no such folder; name another with --ctrl");
        return null;
    }
}
