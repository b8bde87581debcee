using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Operations;
using Packetboat.Storage.Sqlite;

namespace Packetboat.Commands;

/// <summary><c>packetboat verify</c>: whether a store is whole; this installation's, or any other or copy of one.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("file")
        {
            Description = "A backup, a database or a data folder; the installation's own where none is named",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("verify", "Look whether queue, trace and accounts are whole; change nothing")
        {
            file,
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                parsed.GetValue(file) is { } named
                    ? Task.Run(() => Answer(SqliteVerifier.Verify(Path.GetFullPath(named), ct), parsed), ct)
                    : Session.RunAsync(parsed, async (operations, stop) => Answer(await operations.VerifyAsync(stop), parsed), ct)
        );
        return command;
    }

    private static int Answer(Result<VerifyReport> result, ParseResult parsed)
    {
        int answered = Session.Answer(result, report => Show(report, parsed.GetValue(Verbs.Json)));
        return result.Value?.IsSound == false ? ExitCode.Failed : answered;
    }

    private static void Show(VerifyReport report, bool json)
    {
        if (json)
        {
            Print.Json(report, OperationsJson.Default.VerifyReport);
            return;
        }

        Print.Line(report.File);
        Print.Table(
            ["LOOKED AT", "COUNT", "FOUND"],
            report.Checks.Select(check => new[] { check.What, check.Count.ToString(CultureInfo.InvariantCulture), Found(check) }),
            "Nothing was looked at."
        );
        foreach (string fault in report.Checks.SelectMany(check => check.Faults.Select(fault => $"{check.What}: {fault}")))
            Print.Error(fault);
    }

    private static string Found(VerifyCheck check)
    {
        string found = check.Faults.Count == 0 ? "sound" : "FAULTS";
        return check.Note.Length == 0 ? found : $"{found} ({check.Note})";
    }
}
