using System.CommandLine;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat invite</c>: how strangers become nodes of this hub.</summary>
internal static class InviteCommand
{
    public static Command Create() =>
        new("invite", "Let nodes join this hub by themselves: invitations, and applications")
        {
            New(),
            List(),
            OnOne(
                "revoke",
                "Take an invitation back; accounts made by it stay",
                (o, name, ct) => o.RevokeInvitationAsync(name, ct)
            ),
            Requests(),
            OnOne("approve", "Let an applicant join", (o, name, ct) => o.ApproveAsync(name, ct)),
            Refuse(),
            Terms(),
        };

    private static Argument<string> NameArgument() => new("name") { Description = "The first group of the code" };

    private static Command New()
    {
        var id = new Option<string?>("--id") { Description = "The account that it is for; else whoever comes may choose" };
        var domain = new Option<string?>("--domain") { Description = "The domain that the node sends from" };
        Option<int> uses = TypedOption.Count("--uses", "Accounts that may be made by it", 1);
        var expires = new Option<string>("--expires")
        {
            Description = "When it ends, such as 12h or 7d",
            DefaultValueFactory = _ => "7d",
        };
        expires.Validators.Add(result =>
        {
            string text = result.GetValueOrDefault<string>();
            if (IniDuration.Read(text).Faults.Count > 0)
                result.AddError(new Refusal($"--expires {text}", "it is no duration", "Write --expires 7d").ToString());
        });
        var note = new Option<string>("--note") { Description = "Your own words about it", DefaultValueFactory = _ => "" };
        var command = new Command("new", "Make an invitation, and print its code once") { id, domain, uses, expires, note };
        return command.Does(
            async (operations, parsed, ct) =>
            {
                var wish = new InvitationWish
                {
                    Id = parsed.GetValue(id),
                    Domain = parsed.GetValue(domain),
                    Uses = parsed.GetValue(uses),
                    Lifetime = IniDuration.Read(parsed.GetValue(expires)!).Value,
                    Note = parsed.GetValue(note)!,
                };
                return await operations.InviteAsync(wish, ct);
            },
            Issued
        );
    }

    private static Command List()
    {
        var command = new Command("list", "List the invitations, the newest first");
        return command.Shows(
            (operations, _, ct) => operations.ListInvitationsAsync(ct),
            InvitationsJson.Default.IReadOnlyListInvitationRow,
            Rows
        );
    }

    private static Command Requests()
    {
        var command = new Command("requests", "List the applications of strangers, the oldest first");
        return command.Shows(
            (operations, _, ct) => operations.ListApplicationsAsync(ct),
            InvitationsJson.Default.IReadOnlyListApplicationRow,
            Rows
        );
    }

    private static Command Refuse()
    {
        Argument<string> name = NameArgument();
        var reason = new Option<string>("--reason") { Description = "What the applicant reads", DefaultValueFactory = _ => "" };
        var command = new Command("refuse", "Turn an application down") { name, reason };
        return command.Does(
            (operations, parsed, ct) => operations.RefuseAsync(parsed.GetValue(name)!, parsed.GetValue(reason)!, ct)
        );
    }

    private static Command Terms()
    {
        var command = new Command("terms", "Print the terms that are built in, as a start for your own (EnrolmentTerms)");
        command.SetAction(_ => Console.Out.Write(EnrolmentTerms.BuiltIn.Text));
        return command;
    }

    private static Command OnOne(
        string verb,
        string description,
        Func<IOperations, string, CancellationToken, Task<Result<InvitationRow>>> operation
    )
    {
        Argument<string> name = NameArgument();
        var command = new Command(verb, description) { name };
        return command.Does((operations, parsed, ct) => operation(operations, parsed.GetValue(name)!, ct), Show);
    }

    private static void Show(InvitationRow row, bool json)
    {
        if (json)
            Print.Json([row], InvitationsJson.Default.IReadOnlyListInvitationRow);
        else
            Rows([row]);
    }

    private static void Issued(IssuedInvitation issued, bool json)
    {
        if (json)
        {
            Print.Json(issued, InvitationsJson.Default.IssuedInvitation);
            return;
        }

        Print.Line($"code      {issued.Code}    (shown once; only its hash is kept)");
        Print.Line($"expires   {Print.MinuteWithZone(issued.Invitation.Expires)}");
        Print.Line(
            $"good for  {Print.Count(issued.Invitation.Uses, "account")}{(issued.Invitation.Id is { } id ? $": {id}" : "")}"
        );
        if (issued.Command is not { } command)
        {
            Print.Error("nobody can use it yet: set EnrolmentPort in [Enrolment] of packetboat.ini, and restart the server");
            return;
        }

        Print.Line("the node's sysop runs:");
        Print.Line($"    {command}");
    }

    private static void Rows(IReadOnlyList<InvitationRow> rows) =>
        Print.Table(
            ["NAME", "STATE", "USED", "ID", "DOMAIN", "CREATED", "EXPIRES", "NOTE"],
            rows.Select(row =>
                new[]
                {
                    row.Name,
                    row.State,
                    $"{row.Used}/{row.Uses}",
                    row.Id ?? "-",
                    row.Domain.Length == 0 ? "-" : row.Domain,
                    Print.Minute(row.Created),
                    Print.Minute(row.Expires),
                    row.Note,
                }
            ),
            "There are no invitations. Make one: packetboat invite new"
        );

    private static void Rows(IReadOnlyList<ApplicationRow> rows) =>
        Print.Table(
            ["NAME", "STATE", "ID", "DOMAIN", "CONTACT", "FROM", "CREATED", "WORDS"],
            rows.Select(row =>
                new[]
                {
                    row.Name,
                    row.State,
                    row.Id,
                    row.Domain.Length == 0 ? "-" : row.Domain,
                    row.Contact,
                    row.Client,
                    Print.Minute(row.Created),
                    row.Reason.Length == 0 ? row.Words : $"{row.Words} ({row.Reason})",
                }
            ),
            "Nobody has applied."
        );
}
