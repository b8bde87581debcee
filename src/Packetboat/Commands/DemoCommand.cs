using System.CommandLine;
using System.Text;
using Microsoft.Extensions.Logging;
using Packetboat.Demo;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Operations;
using Packetboat.Serving;

namespace Packetboat.Commands;

/// <summary><c>packetboat demo</c>: one message from a node through a hub to the world, told as it happens.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var keep = new Option<bool>("--keep") { Description = "Stay up afterwards and say how to talk to it" };
        var verbose = new Option<bool>("--log") { Description = "Show the servers' log too" };
        var command = new Command(
            "demo",
            "Send one message from a node through a hub to the Internet, all on loopback, and show its way"
        )
        {
            keep,
            verbose,
        };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(keep), parsed.GetValue(verbose), ct));
        return command;
    }

    private static async Task<int> RunAsync(bool keep, bool verbose, CancellationToken ct)
    {
        TimeProvider time = TimeProvider.System;
        string folder = Directory.CreateTempSubdirectory("packetboat-").FullName;
        LogLevel least = verbose ? LogLevel.Information : LogLevel.Warning;
        using ILoggerFactory loggers = LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(least);
            logging.AddProvider(new LineLoggerProvider(Console.Out, least, LineStyle.People, time));
        });
        try
        {
            await using DemoWorld world = await DemoWorld.StartAsync(folder, loggers, time, ct);
            await TellAsync(world, ct);
            if (keep)
                await StayAsync(world, ct);
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or OperationCanceledException)
        {
            Print.Error($"the demonstration failed: {failure.Message}; its files are in {folder}");
            return ExitCode.Failed;
        }
        finally
        {
            if (!keep)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task TellAsync(DemoWorld world, CancellationToken ct)
    {
        Print.Line("A node whose port 25 is blocked sends mail through a hub. Everything here is real but the Internet.");
        Print.Line();
        Print.Line(
            $"  bbs.example   the node    127.0.0.1:{world.Spoke.Settings.Mail.SmtpPort}   its settings are the how-to's:"
        );
        foreach (string line in HowTo(world))
            Print.Line($"                                {line}");
        Print.Line("                                and 127.0.0.1 in relay.cfg: programs on its machine need not sign in");
        Print.Line(
            $"  hub.example   the hub     127.0.0.1:{world.Hub.Settings.Mail.SubmissionPort}   has the account {DemoWorld.Account}"
        );
        Print.Line(
            $"  far.example   the world   127.0.0.1:{world.Hub.Settings.Packetboat.DirectPort}   found by its MX record, asked of a DNS server on {world.DnsServer}"
        );
        Print.Line();

        string reply = await world.SubmitAsync(Message(), ct);
        Print.Line($"A mail program gives the node a message for {DemoWorld.Recipient}. The node says: 250 {reply}");
        Print.Line();
        DemoExchange.Letter letter = await world.Exchange.Letters.ReadAsync(ct);
        MessageTrace atSpoke = await world.DeliveredAsync(world.Spoke, DemoWorld.Recipient, ct);
        MessageTrace atHub = await world.DeliveredAsync(world.Hub, DemoWorld.Recipient, ct);

        Print.Line("packetboat trace, at the node:");
        Print.Trace(atSpoke);
        Print.Line();
        Print.Line("packetboat trace, at the hub:");
        Print.Trace(atHub);
        Print.Line();
        Print.Line($"The message as {DemoExchange.HostName} got it:");
        foreach (string line in Encoding.UTF8.GetString(letter.Content).TrimEnd().Split("\r\n"))
            Print.Line($"  | {line.Replace('\t', ' ')}");
        Print.Line();
        TimeSpan way = atHub.Events[^1].At - atSpoke.Accepted;
        Print.Line(
            $"Delivered {way.TotalMilliseconds:0} ms after the node took it. Every 250 above stood on the disk before it was said."
        );
    }

    private static IEnumerable<string> HowTo(DemoWorld world) =>
        File.ReadLines(Path.Combine(world.Spoke.Ctrl, "sbbs.ini"))
            .Skip(1)
            .TakeWhile(line => line.Length > 0)
            .Select(line => line.Trim())
            .Select(line => line.StartsWith("RelayPassword", StringComparison.Ordinal) ? "RelayPassword = ********" : line);

    private static async Task StayAsync(DemoWorld world, CancellationToken ct)
    {
        int port = world.Spoke.Settings.Mail.SmtpPort;
        Print.Line();
        Print.Line("It stays up. Try, in another terminal:");
        Print.Line($"  swaks --server 127.0.0.1:{port} --from {DemoWorld.Sender} --to {DemoWorld.Recipient}");
        Print.Line($"  packetboat trace --to far.example --ctrl {world.Spoke.Ctrl}");
        Print.Line($"  packetboat account suspend {DemoWorld.Account} --reason \"just to see\" --ctrl {world.Hub.Ctrl}");
        Print.Line($"  packetboat status --ctrl {world.Hub.Ctrl}");
        Print.Line("Ctrl-C ends it and leaves its folder for you to look at.");
        try
        {
            await foreach (DemoExchange.Letter letter in world.Exchange.Letters.ReadAllAsync(ct))
                Print.Line(
                    $"{DemoExchange.HostName} got {letter.Content.Length} octets from <{letter.Sender}> to <{string.Join(">, <", letter.Recipients)}>"
                );
        }
        catch (OperationCanceledException)
        {
            Print.Line($"The files are in {world.Folder}.");
        }
    }

    private static byte[] Message()
    {
        string text = $"""
            From: Sysop <{DemoWorld.Sender}>
            To: <{DemoWorld.Recipient}>
            Subject: Hello from behind a closed port
            Date: {ReceivedField.Date(TimeProvider.System.GetLocalNow())}
            Message-ID: <hello@bbs.example>

            My provider blocks port 25. This came to you all the same.
            .. (two dots at the start of a line arrive as two dots)

            """;
        return Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
    }
}
