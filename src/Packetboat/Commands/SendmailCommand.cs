using System.CommandLine;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary>
/// <c>packetboat sendmail</c>: sendmail(1) for local programs. Reads a message from standard input and queues it. Its exit codes are those
/// of sysexits(3), which callers look at.
/// </summary>
internal static class SendmailCommand
{
    /// <summary>For the help only; the arguments have the old syntax and are read here.</summary>
    public static Command Create() =>
        new("sendmail", "Queue a message from standard input: sendmail [-t] [-i] [-f ADDRESS] [RECIPIENT...]");

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        if (!SendmailArguments.TryParse(args, out SendmailArguments? arguments, out string problem))
        {
            Print.Error(problem);
            return ExitCode.Usage;
        }

        (Settings? settings, int exitCode) = Session.ReadSettings(Session.CtrlOf(arguments.Ctrl), quiet: true);
        if (settings is null)
            return exitCode;
        try
        {
            return await SubmitAsync(arguments, settings, ct);
        }
        catch (Exception failure)
            when (failure is IOException or InvalidDataException or HttpRequestException or UnauthorizedAccessException)
        {
            Print.Error($"the message was not queued: {failure.Message}");
            return ExitCode.TemporaryFailure;
        }
    }

    private static async Task<int> SubmitAsync(SendmailArguments arguments, Settings settings, CancellationToken ct)
    {
        await using Stream input = Console.OpenStandardInput();
        using var message = new MemoryStream();
        long limit = settings.Mail.MaxMsgSize > 0 ? settings.Mail.MaxMsgSize : 1L << 30;
        if (!await arguments.CopyAsync(input, message, limit, ct))
        {
            Print.Error($"the message is larger than MaxMsgSize, {limit} octets");
            return ExitCode.DataError;
        }

        string[] recipients = [.. arguments.Recipients, .. arguments.FromHeader ? HeaderRecipients.Of(message.ToArray()) : []];
        Stream content = arguments.FromHeader ? HeaderRecipients.WithoutBcc(message.ToArray()) : message;
        content.Position = 0;
        string sender = arguments.Sender ?? $"{Environment.UserName}@{settings.Mail.HostName}";
        await using Session session = await Session.OpenAsync(settings, ct);
        Result<Submitted> result = await session.Operations.SubmitAsync(
            new Submission(sender, [.. recipients.Select(to => Completed(to, settings))], Environment.UserName),
            content,
            ct
        );
        if (result.Refusal is not { } refusal)
            return ExitCode.Ok;
        Print.Error(refusal.ToString());
        return refusal.Reason.Contains("not taken", StringComparison.Ordinal) ? ExitCode.TemporaryFailure : ExitCode.DataError;
    }

    /// <summary>A bare name is a mailbox of this system. RFC 6409 §8.4.</summary>
    private static string Completed(string recipient, Settings settings) =>
        recipient.Contains('@', StringComparison.Ordinal) ? recipient : $"{recipient}@{settings.Mail.HostName}";
}
