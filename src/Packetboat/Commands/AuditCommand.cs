using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat audit</c>: what operators have done, and what the server did by its own rules.</summary>
internal static class AuditCommand
{
    private const int DefaultLimit = 100;

    public static Command Create()
    {
        var target = new Argument<string?>("target") { Description = "An account, or relaying", Arity = ArgumentArity.ZeroOrOne };
        Option<int> limit = TypedOption.Count("--limit", "Rows at most", DefaultLimit);
        var command = new Command("audit", "List what operators have done, newest first") { target, limit };
        return command.Shows(
            (operations, parsed, ct) =>
            {
                string? of = parsed.GetValue(target);
                return operations.ListAuditAsync(
                    of is null or "relaying" ? of : of.ToUpperInvariant(),
                    parsed.GetValue(limit),
                    ct
                );
            },
            OperationsJson.Default.IReadOnlyListAuditEntry,
            Rows
        );
    }

    private static void Rows(IReadOnlyList<AuditEntry> entries) =>
        Print.Table(
            ["WHEN", "WHO", "FROM", "WHAT", "TO", "WHY"],
            entries.Select(entry =>
                new[] { Print.Minute(entry.At), entry.Who.Name, entry.Who.From, entry.Action, entry.Target, entry.Reason }
            ),
            "Nothing was done yet."
        );
}
