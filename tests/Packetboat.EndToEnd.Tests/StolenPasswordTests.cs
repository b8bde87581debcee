using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Packetboat.Demo;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.EndToEnd.Tests;

/// <summary>
/// A node's password is stolen and used on fifty connections against strangers, while another node sends its mail through the same hub.
/// <c>PACKETBOAT_STOLEN=20000</c> in the environment: so many strangers instead of five hundred.
/// </summary>
public sealed class StolenPasswordTests(ITestOutputHelper output)
{
    private const int Patience = 600_000;
    private const int Connections = 50;
    private const int Limit = 200;
    private const int OfTheOther = 100;

    private static int Strangers =>
        int.TryParse(Environment.GetEnvironmentVariable("PACKETBOAT_STOLEN"), CultureInfo.InvariantCulture, out int wanted)
            ? wanted
            : 500;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Exactly_the_limit_leaves_and_the_other_node_is_served()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        IOperations hub = harbour.Hub.Operations;
        string other = await AddOtherAsync(hub);
        await NoOtherLimitAsync(hub, "MYBBS", "FirstTimeRecipientsPerDay=200");
        await NoOtherLimitAsync(hub, "OTHER", "FirstTimeRecipientsPerDay=0");
        int theirs = 0;
        int stolen = 0;
        Task<int> letters = CountLettersAsync(harbour, Limit + (2 * OfTheOther), () => theirs++, () => stolen++);
        Tally before = await SendAsync(harbour, "OTHER", other, "bob@other.example", "early", OfTheOther);

        Task<Tally> flood = FloodAsync(harbour);
        Tally sober = await SendAsync(harbour, "OTHER", other, "bob@other.example", "friend", OfTheOther);
        Tally taken = await flood;
        output.WriteLine(
            FormattableString.Invariant(
                $"{Strangers} strangers on {Connections} connections: {taken.Accepted} left, {taken.Refusals.Count} refused in {taken.Took.TotalSeconds:F1} s; "
            )
                + FormattableString.Invariant(
                    $"{OfTheOther} messages of the other account took {before.Took.TotalMilliseconds:F0} ms before and {sober.Took.TotalMilliseconds:F0} ms meanwhile"
                )
        );

        // How many left before the brake, and what the node was told.
        Assert.Equal((Limit, Strangers - Limit), (taken.Accepted, taken.Refusals.Count));
        Assert.All(
            taken.Refusals,
            reply =>
                Assert.StartsWith(
                    "451 4.7.1 Account MYBBS has sent to 200 of 200 recipients for the first time today (FirstTimeRecipientsPerDay): keep the mail and try again after ",
                    reply,
                    StringComparison.Ordinal
                )
        );
        // The other node's mail: all of it was taken and arrived.
        Assert.Equal((OfTheOther, 0), (sober.Accepted, sober.Refusals.Count));
        Assert.Equal(Limit + (2 * OfTheOther), await letters);
        Assert.Equal((Limit, 2 * OfTheOther), (stolen, theirs));

        // What the operator was told, once.
        await harbour.Log.SeenAsync("ALARM limit:MYBBS:FirstTimeRecipientsPerDay", "has sent to 200 of 200 recipients");
        await Harbour.SettledAsync(harbour.Hub);
        AlarmRow alarm = Assert.Single((await hub.StatusAsync(Ct)).Alarms);
        Assert.StartsWith(
            "account MYBBS has sent to 200 of 200 recipients for the first time today (FirstTimeRecipientsPerDay); its mail is deferred.",
            alarm.Text,
            StringComparison.Ordinal
        );
        AuditEntry entry = Assert.Single(await hub.ListAuditAsync("MYBBS", 100, Ct), one => one.Action == "limit reached");
        Assert.Equal(
            "has sent to 200 of 200 recipients for the first time today (FirstTimeRecipientsPerDay): refuse",
            entry.Reason
        );
        LimitRow used = (await hub.ShowLimitsAsync("MYBBS", Ct)).Value!.Limits.Single(row =>
            row.Name == "FirstTimeRecipientsPerDay"
        );
        Assert.Equal((Limit, 0, "account"), ((int)used.Used!.Value, (int)used.Left!.Value, used.Source));
    }

    [Fact(Timeout = Patience)]
    public async Task Suspended_at_the_limit_what_is_queued_is_held_and_resume_delivers_every_message()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        IOperations hub = harbour.Hub.Operations;
        await NoOtherLimitAsync(hub, "MYBBS", "FirstTimeRecipientsPerDay=200", "FirstTimeRecipientsPerDayAction=suspend");
        // Nobody reads the letters yet: what is taken stays in the queue, or is on its way.
        Tally taken = await FloodAsync(harbour);
        await harbour.Log.SeenAsync("ALARM limit:MYBBS:FirstTimeRecipientsPerDay", "the account is suspended");
        await UntilSuspendedAsync(hub);
        Assert.Equal(Limit, taken.Accepted);
        Assert.All(taken.Refusals, reply => Assert.StartsWith("451 4.7.1 Account MYBBS ", reply, StringComparison.Ordinal));
        // It ends when the operator says so, and no hour is named at which it would.
        Assert.All(taken.Refusals, reply => Assert.Contains(" suspended ", reply, StringComparison.Ordinal));
        Assert.All(
            taken.Refusals,
            reply => Assert.EndsWith("keep the mail and try again later", reply, StringComparison.Ordinal)
        );
        Tally late = await SendAsync(harbour, "MYBBS", harbour.Password, "a@bbs.example", "late", 1);
        Assert.StartsWith(
            "451 4.7.1 Account MYBBS is suspended (has sent to 200 of 200 recipients",
            Assert.Single(late.Refusals),
            StringComparison.Ordinal
        );

        int arrived = 0;
        await hub.SuspendAsync("MYBBS", new SuspensionOrder("stolen password"), Ct);
        // What was on its way when the account was stopped arrives; the rest is held.
        Task<int> letters = CountLettersAsync(harbour, Limit, () => { }, () => arrived++);
        await UntilNothingMovesAsync(hub);
        int held = (int)(await hub.StatusAsync(Ct)).Held;
        Assert.True(held > 0, "nothing was held");

        SuspensionChanged resumed = (await hub.ResumeAsync("MYBBS", "password changed", Ct)).Value!;

        Assert.Equal(held, resumed.Recipients);
        Assert.Equal(Limit, await letters);
        Assert.Equal(Limit, arrived);
        Assert.Empty((await hub.StatusAsync(Ct)).Alarms);
        // The node has its password again, and the day's limit anew.
        Tally after = await SendAsync(harbour, "MYBBS", harbour.Password, "a@bbs.example", "after", 1);
        Assert.Equal((1, 0), (after.Accepted, after.Refusals.Count));
    }

    private static async Task<string> AddOtherAsync(IOperations hub)
    {
        Result<IssuedPassword> account = await hub.AddAccountAsync("OTHER", null, false, "", Ct);
        await hub.AddDomainAsync("OTHER", "other.example", grant: true, subdomains: false, Ct);
        return account.Value!.GeneratedPassword!;
    }

    /// <summary>One limit by itself, so that it is the one that is seen.</summary>
    private static async Task NoOtherLimitAsync(IOperations hub, string account, params string[] limits)
    {
        string[] none =
        [
            .. LimitWords
                .All.Where(limit => limit is not (AccountLimit.FirstTimeRecipientsPerDay or AccountLimit.RecipientsPerMessage))
                .Select(limit => $"{limit}=0"),
        ];
        Result<AccountLimitsReport> set = await hub.SetLimitsAsync(account, [.. none, .. limits], "a test", Ct);
        Assert.Null(set.Refusal);
    }

    private static async Task<Tally> FloodAsync(Harbour harbour)
    {
        Tally[] all = await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(i =>
                    Task.Run(
                        () => SendAsync(harbour, "MYBBS", harbour.Password, "a@bbs.example", $"s{i}.", Strangers / Connections),
                        Ct
                    )
                )
        );
        return new Tally(all.Sum(one => one.Accepted), [.. all.SelectMany(one => one.Refusals)], all.Max(one => one.Took));
    }

    /// <summary>One connection, one message a recipient, whatever is answered.</summary>
    private static async Task<Tally> SendAsync(
        Harbour harbour,
        string account,
        string password,
        string sender,
        string to,
        int messages
    )
    {
        long begun = TimeProvider.System.GetTimestamp();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, harbour.HubPort, Ct);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);
        await using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\r\n", AutoFlush = true };
        async Task<string> SayAsync(string line)
        {
            await writer.WriteLineAsync(line.AsMemory(), Ct);
            return await ReplyAsync();
        }

        async Task<string> ReplyAsync()
        {
            string line = await reader.ReadLineAsync(Ct) ?? "";
            while (line.Length > 3 && line[3] == '-')
                line = await reader.ReadLineAsync(Ct) ?? "";
            return line;
        }

        await ReplyAsync();
        await SayAsync("EHLO node.bbs.example");
        string plain = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0{account}\0{password}"));
        Assert.StartsWith("235 ", await SayAsync($"AUTH PLAIN {plain}"), StringComparison.Ordinal);
        int accepted = 0;
        var refusals = new List<string>();
        for (int i = 0; i < messages; i++)
        {
            string reply = await SayAsync($"MAIL FROM:<{sender}>");
            if (reply.StartsWith("250", StringComparison.Ordinal))
            {
                await SayAsync($"RCPT TO:<{to}{i}@far.example>");
                await SayAsync("DATA");
                reply = await SayAsync($"From: {sender}\r\nSubject: x\r\n\r\ntext\r\n.");
            }

            if (reply.StartsWith("250", StringComparison.Ordinal))
                accepted++;
            else
                refusals.Add(reply);
        }

        await SayAsync("QUIT");
        return new Tally(accepted, refusals, TimeProvider.System.GetElapsedTime(begun));
    }

    private static async Task<int> CountLettersAsync(Harbour harbour, int most, Action theirs, Action stolen)
    {
        var recipients = new HashSet<string>(StringComparer.Ordinal);
        while (recipients.Count < most)
        {
            DemoExchange.Letter letter = await harbour.NextLetterAsync();
            foreach (string to in letter.Recipients)
                Assert.True(recipients.Add(to), $"{to} got it twice");
            (letter.Sender == "bob@other.example" ? theirs : stolen)();
        }

        return recipients.Count;
    }

    private static async Task UntilSuspendedAsync(IOperations hub)
    {
        while ((await hub.ShowAccountAsync("MYBBS", Ct)).Value!.Suspended is null)
            await Task.Yield();
    }

    /// <summary>Everything has left or is held.</summary>
    private static async Task UntilNothingMovesAsync(IOperations hub)
    {
        while (await hub.StatusAsync(Ct) is not { Waiting: 0, Sending: 0 })
            await Task.Yield();
    }

    private sealed record Tally(int Accepted, IReadOnlyList<string> Refusals, TimeSpan Took);
}
