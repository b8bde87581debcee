using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Import;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat account import</c>: the nodes of a Synchronet hub become accounts.</summary>
internal static class AccountImportCommand
{
    private const string FileName = "user.tab";

    public static Command Create()
    {
        var path = new Argument<string>("path")
        {
            Description = "Synchronet's data/user/user.tab, or the folder in which it lies",
        };
        var only = new Option<string[]>("--only")
        {
            Description = "This user, a node or not, instead of all nodes; may be said more than once",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done" };
        Option<bool> cramMd5 = AccountCommand.CramMd5Option();
        var command = new Command("import", "Make accounts of the nodes of a Synchronet hub")
        {
            path,
            only,
            dryRun,
            cramMd5,
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                RunAsync(
                    parsed,
                    parsed.GetValue(path)!,
                    new Wish(parsed.GetValue(only) ?? [], parsed.GetValue(dryRun), parsed.GetValue(cramMd5)),
                    ct
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string path, Wish wish, CancellationToken ct)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        if (!TryRead(file, out byte[] content))
            return ExitCode.IoError;
        return await Session.RunAsync(
            parsed,
            async (operations, stop) =>
            {
                ImportReport report = await ImportAsync(operations, file, UserTab.Read(content), wish, stop);
                if (parsed.GetValue(Verbs.Json))
                    Print.Json(report, OperationsJson.Default.ImportReport);
                else
                    Show(report);
                return report.IsWhole ? ExitCode.Ok : ExitCode.Failed;
            },
            ct
        );
    }

    private static async Task<ImportReport> ImportAsync(
        IOperations operations,
        string file,
        UserTab users,
        Wish wish,
        CancellationToken ct
    )
    {
        IReadOnlyList<AccountRow> existing = await operations.ListAccountsAsync(ct);
        var plan = ImportPlan.Of(users.Users, existing.Select(row => QwkId.Parse(row.Id)), wish.Only);
        var rows = new List<ImportRow>();
        foreach (PlannedImport one in plan.Rows)
        {
            Refusal? refusal =
                one.Account is null || wish.IsDryRun ? one.Refusal : await AddAsync(operations, one, wish.AllowCramMd5, ct);
            rows.Add(
                new ImportRow(one.User.Number, one.User.Alias, refusal is null, refusal?.Reason ?? "", refusal?.Remedy ?? "")
            );
        }

        return new ImportReport(file, wish.IsDryRun, rows, plan.Others, users.Fault ?? "");
    }

    /// <summary>By the operation that <c>account add</c> uses: what it refuses is refused here, and what it writes down is written down.</summary>
    private static async Task<Refusal?> AddAsync(
        IOperations operations,
        PlannedImport one,
        bool allowCramMd5,
        CancellationToken ct
    )
    {
        string note = string.Create(CultureInfo.InvariantCulture, $"imported from Synchronet, user {one.User.Number}");
        Result<IssuedPassword> added = await operations.AddAccountAsync(
            one.Account!.Text,
            one.User.Password,
            allowCramMd5,
            note,
            ct
        );
        return added.Refusal;
    }

    private static bool TryRead(string file, out byte[] content)
    {
        content = [];
        try
        {
            if (new FileInfo(file).Length <= UserTab.MostOctets)
            {
                content = File.ReadAllBytes(file);
                return true;
            }

            Print.Error($"{file}: it is larger than {UserTab.MostOctets} octets; that is no {FileName}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error($"{failure.Message} Name Synchronet's data/user/{FileName}.");
        }

        return false;
    }

    private static void Show(ImportReport report)
    {
        if (report.Fault.Length > 0)
            Print.Error($"{report.File}: {report.Fault}");
        if (report is { Fault.Length: > 0, Rows.Count: 0 })
            return;
        Print.Table(
            ["USER", "ALIAS", "ACCOUNT", "WHY NOT"],
            report.Rows.Select(row =>
                new[]
                {
                    row.User == 0 ? "-" : row.User.ToString(CultureInfo.InvariantCulture),
                    row.Alias,
                    row.IsTaken ? (report.IsDryRun ? "would be made" : "made") : "refused",
                    row.IsTaken ? "" : $"{row.Reason}. {row.Remedy}",
                }
            ),
            "No user in the file is a node (restriction Q). Name users with --only to import others."
        );
        int taken = report.Rows.Count(row => row.IsTaken);
        string nothing = report.IsDryRun ? "; nothing was changed" : "";
        Print.Line(
            $"{Print.Count(taken, "account")} {(report.IsDryRun ? "would be made" : "made")}, {report.Rows.Count - taken} refused, {Print.Count(report.Others, "other user")} left out{nothing}"
        );
        if (taken > 0)
            Print.Line(
                "Their passwords are the same as before, but their case counts now. Say as whom they may send: packetboat account domain add ID DOMAIN"
            );
    }

    private sealed record Wish(IReadOnlyList<string> Only, bool IsDryRun, bool AllowCramMd5);
}
