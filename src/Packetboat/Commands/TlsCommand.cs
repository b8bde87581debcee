using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat tls</c>: which servers of other domains have had TLS, and so must have it.</summary>
internal static class TlsCommand
{
    private const int DefaultLimit = 50;

    public static Command Create() =>
        new("tls", "See which servers must have TLS because they always had it, and forget one") { List(), Forget() };

    private static Command List()
    {
        Option<int> limit = TypedOption.Count("--limit", "Rows at most", DefaultLimit);
        var command = new Command("list", "List the servers whose mail waits when they offer no TLS") { limit };
        return command.Shows(
            (operations, parsed, ct) => operations.ListTlsHostsAsync(parsed.GetValue(limit), ct),
            OperationsJson.Default.IReadOnlyListTlsHostRow,
            hosts =>
                Print.Table(
                    ["SERVER", "TLS SINCE", "LAST SEEN"],
                    hosts.Select(host => new[] { host.Host, Print.Minute(host.First), Print.Minute(host.Last) }),
                    "No server has had TLS for long enough."
                )
        );
    }

    private static Command Forget()
    {
        var host = new Argument<string>("server") { Description = "A mail server, as tls list has it" };
        var reason = new Option<string>("--reason") { Description = "For the audit trail", DefaultValueFactory = _ => "" };
        var command = new Command("forget", "Let a server be without TLS again") { host, reason };
        return command.Does(
            (operations, parsed, ct) => operations.ForgetTlsHostAsync(parsed.GetValue(host)!, parsed.GetValue(reason)!, ct)
        );
    }
}
