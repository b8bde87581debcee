using System.CommandLine;
using System.CommandLine.Invocation;

namespace Packetboat.Commands;

/// <summary>The command line: every verb and the options that all of them have.</summary>
internal static class Verbs
{
    public static Option<string?> Ctrl { get; } =
        new("--ctrl")
        {
            Description = "Folder of sbbs.ini and packetboat.ini. Default: $SBBSCTRL, ./ctrl, /etc/packetboat",
            Recursive = true,
        };

    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(2);

    /// <summary>Of a renewal: its giver's deadline, and the disk's.</summary>
    private static readonly TimeSpan RenewalPatience = TimeSpan.FromSeconds(40);

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON" };

    public static RootCommand Root()
    {
        var root = new RootCommand(
            "Packetboat carries mail out when your own harbour is closed: a relay for nodes, and the node's own mail server."
        )
        {
            ServeCommand.Create(),
            DemoCommand.Create(),
            SendmailCommand.Create(),
            QueueCommand.Create(),
            TraceCommand.Create(),
            ExplainCommand.Create(),
            StatusCommand.Create(),
            AccountCommand.Create(),
            SuspensionCommands.Relaying(),
            TlsCommand.Create(),
            WarmUpCommand.Create(),
            TokenCommand.Create(),
            AlarmCommand.Create(),
            AuditCommand.Create(),
            InviteCommand.Create(),
            JoinCommand.Create(),
            ConfigCommand.Create(),
            BackupCommand.Create(),
            VerifyCommand.Create(),
            CheckCommand.Create(),
            DoctorCommand.Create(),
            DkimCommand.Create(),
        };
        root.Options.Add(Ctrl);
        return root;
    }

    public static async Task<int> InvokeAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.Action is ParseErrorAction)
        {
            if (UsageError.IsUnfinished(parsed))
                await parsed.InvokeAsync(cancellationToken: ct);
            else
                foreach (string line in UsageError.Lines(parsed))
                    await Console.Error.WriteLineAsync(line);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    ProcessTerminationTimeout = EndPatience(parsed),
                    EnableDefaultExceptionHandler = false,
                },
                ct
            );
        }
        // A wait that took too long is a fault: nobody has interrupted anything.
        catch (OperationCanceledException over) when (over.InnerException is not TimeoutException)
        {
            Print.Error("interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception fault)
        {
            await Console.Error.WriteLineAsync($"packetboat: a fault inside packetboat: {fault}");
            return ExitCode.Failed;
        }
    }

    /// <summary>
    /// How long a verb may take to end after SIGTERM or SIGINT; one that does says <see cref="ExitCode.Interrupted"/>. The process ends then, whatever it
    /// is doing, with status 143 or 130.
    /// </summary>
    internal static TimeSpan EndPatience(ParseResult parsed) =>
        parsed.CommandResult.Command.Name switch
        {
            ServeCommand.Name => ServeCommand.EndPatience,
            // They may renew a token, and what they get for it must be kept.
            DoctorCommand.Name or JoinCommand.Name => RenewalPatience,
            _ => CommandPatience,
        };
}
