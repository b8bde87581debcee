using System.CommandLine;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>packetboat backup</c>: the store in one file, while it is in use.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Where the copy goes; nothing may be there yet" };
        var command = new Command("backup", "Copy queue, trace and accounts into one file, while the server runs") { file };
        return command.Does(
            // The server has a working directory of its own.
            (operations, parsed, ct) => operations.BackupAsync(Path.GetFullPath(parsed.GetValue(file)!), ct),
            Show
        );
    }

    private static void Show(BackupReport made, bool json)
    {
        if (json)
            Print.Json(made, OperationsJson.Default.BackupReport);
        else
            Print.Line(
                $"{made.File}: {made.Size} octets, {Print.Count(made.Messages, "message")}, {made.Open} of them with content to be sent"
            );
    }
}
