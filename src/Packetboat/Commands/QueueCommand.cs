using System.CommandLine;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Commands;

/// <summary><c>packetboat queue</c>: what waits, and what is done about it.</summary>
internal static class QueueCommand
{
    private const int DefaultLimit = 200;

    public static Command Create() =>
        new("queue", "Look at queued mail, and act on it")
        {
            List(),
            Show(),
            Change(QueueAction.Retry, "retry", "Try it now"),
            Change(QueueAction.Hold, "hold", "Stop it until it is released"),
            Change(QueueAction.Release, "release", "Let held mail go on"),
            Change(QueueAction.Bounce, "bounce", "Return it to its sender"),
            Change(QueueAction.Drop, "drop", "Remove it without a word to anybody"),
        };

    private static Command List()
    {
        var selection = new SelectionOptions(withId: false);
        Option<int> limit = TypedOption.Count("--limit", "Rows at most", DefaultLimit);
        var command = new Command("list", "List queued recipients, oldest first") { limit };
        selection.AddTo(command);
        return command.Shows(
            (operations, parsed, ct) => operations.ListQueueAsync(selection.Read(parsed), parsed.GetValue(limit), ct),
            OperationsJson.Default.IReadOnlyListQueueRow,
            Rows
        );
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "The message's id" };
        var command = new Command("show", "Show one message and all that happened to it") { id };
        return command.Does((operations, parsed, ct) => operations.ShowAsync(parsed.GetValue(id)!, ct), TraceCommand.Show);
    }

    private static Command Change(QueueAction action, string name, string description)
    {
        var selection = new SelectionOptions(withId: true);
        var reason = new Option<string>("--reason") { Description = "What the sender reads", DefaultValueFactory = _ => "" };
        var command = new Command(name, description);
        selection.AddTo(command);
        if (action == QueueAction.Bounce)
            command.Options.Add(reason);
        return command.Does(
            (operations, parsed, ct) =>
                operations.ChangeQueueAsync(
                    selection.Read(parsed),
                    action,
                    action == QueueAction.Bounce ? parsed.GetValue(reason)! : "",
                    ct
                ),
            Changed
        );
    }

    private static void Changed(QueueChanged changed, bool json)
    {
        if (json)
            Print.Json(changed.Changed, OperationsJson.Default.IReadOnlyListQueueRow);
        else
            Print.Line($"{changed.Action.ToString().ToLowerInvariant()}: {Print.Count(changed.Changed.Count, "recipient")}");
    }

    private static void Rows(IReadOnlyList<QueueRow> rows) =>
        Print.Table(
            ["ID", "ACCEPTED", "FROM", "TO", "STATE", "TRIES", "NEXT", "WHY", "LAST REPLY"],
            rows.Select(row =>
                new[]
                {
                    row.Id,
                    Print.Minute(row.Accepted),
                    row.Sender.Length == 0 ? "<>" : row.Sender,
                    row.Recipient,
                    row.State,
                    row.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    Print.Minute(row.NextAttempt),
                    row.Class.Length == 0 ? "-" : row.Class,
                    row.LastReply,
                }
            ),
            "The queue is empty."
        );

    /// <summary>The ways to name mail, the same for every verb.</summary>
    private sealed class SelectionOptions(bool withId)
    {
        private readonly Argument<string?> _id = new("id") { Description = "One message", Arity = ArgumentArity.ZeroOrOne };
        private readonly Option<bool> _all = new("--all") { Description = "All queued mail" };
        private readonly Option<string?> _account = new("--account") { Description = "Mail that this account submitted" };
        private readonly Option<string?> _from = new("--from") { Description = "Mail of this sender" };
        private readonly Option<string?> _to = new("--to") { Description = "Mail to this recipient" };
        private readonly Option<string?> _domain = new("--domain") { Description = "Mail to this domain" };

        public void AddTo(Command command)
        {
            if (withId)
            {
                command.Arguments.Add(_id);
                command.Options.Add(_all);
            }

            foreach (Option<string?> option in new[] { _account, _from, _to, _domain })
                command.Options.Add(option);
        }

        public QueueSelection Read(ParseResult parsed)
        {
            string? id = withId ? parsed.GetValue(_id) : null;
            return new QueueSelection(
                withId && parsed.GetValue(_all),
                id is not null && MessageId.TryParse(id, out string? known) ? known : id,
                parsed.GetValue(_account)?.ToUpperInvariant(),
                parsed.GetValue(_from),
                parsed.GetValue(_to),
                parsed.GetValue(_domain)
            );
        }
    }
}
