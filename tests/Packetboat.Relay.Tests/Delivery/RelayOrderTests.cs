using Packetboat.Relay.Alarms;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>Several relays in order of preference: mail goes to the first that takes it, and no message to two.</summary>
public sealed class RelayOrderTests
{
    private const int Patience = 60_000;

    private const string Backups = "[Relay]\nRelayBackups = second\n[Relay:second]\nServer = SECOND\nTls = any\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_does_not_take_us_is_passed_over_for_ever_longer_and_tried_by_a_message()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Relay", Backups);
        Assert.EndsWith($", else 127.0.0.1:{lab.Second.Port}", lab.Describe(), StringComparison.Ordinal);
        lab.Relay.Greeting = "421 4.3.2 shutting down";

        string one = await lab.SendAsync("a@one.example", "one");
        await lab.DeliveredAsync(one);
        string[] trace = await lab.TraceAsync(one);
        Assert.StartsWith(
            $"Rerouted 127.0.0.1 [127.0.0.1]:{lab.Relay.Port} sent again by relay 127.0.0.1:{lab.Second.Port}",
            trace[^2],
            StringComparison.Ordinal
        );
        Assert.EndsWith(": 421 4.3.2 shutting down", trace[^2], StringComparison.Ordinal);
        Assert.Contains(" as second: RELAY_TX", trace[^2], StringComparison.Ordinal);
        Assert.StartsWith($"Delivered 127.0.0.1 [127.0.0.1]:{lab.Second.Port}", trace[^1], StringComparison.Ordinal);

        // Nobody else tries it meanwhile, and what can be asked says so.
        int calls = lab.Relay.Connections;
        string two = await lab.SendAsync("a@one.example", "two");
        await lab.DeliveredAsync(two);
        Assert.Equal(calls, lab.Relay.Connections);
        Explanation why = await lab.ExplainAsync("x@one.example");
        Assert.EndsWith(" as second", why.Route, StringComparison.Ordinal);
        Assert.Contains($"relay 127.0.0.1:{lab.Relay.Port} is passed over: ", why.Rule, StringComparison.Ordinal);
        Assert.Contains("once it takes mail again: a message tries it at ", why.Otherwise[0], StringComparison.Ordinal);
        RouteTrouble first = Assert.Single(lab.Troubles());
        Assert.Equal(AlarmCatalogue.RouteDown.Id, Assert.Single(await lab.Store.AlarmsAsync(Ct)).Kind);

        // The next message after the pause finds it as it was, and the pause grows.
        lab.Pass(first.NextTry!.Value - lab.Time.GetUtcNow());
        string three = await lab.SendAsync("a@one.example", "three");
        await lab.DeliveredAsync(three);
        Assert.Equal(calls + 1, lab.Relay.Connections);
        RouteTrouble again = Assert.Single(lab.Troubles());
        Assert.True(again.NextTry > first.NextTry + TimeSpan.FromMinutes(1));

        // And one finds it well.
        lab.Relay.Greeting = "220 mx ESMTP";
        lab.Pass(again.NextTry!.Value - lab.Time.GetUtcNow());
        string four = await lab.SendAsync("a@one.example", "four");
        await lab.DeliveredAsync(four);
        string five = await lab.SendAsync("a@one.example", "five");
        await lab.DeliveredAsync(five);
        Assert.Equal(2, lab.AtRelay("four") + lab.AtRelay("five"));
        await lab.UntilAsync(async () => (await lab.Store.AlarmsAsync(Ct)).Count == 0);
        Assert.Empty(lab.Troubles());
        Assert.All(["one", "two", "three", "four", "five"], subject => Assert.Equal(1, lab.Arrivals(subject)));
    }

    [Theory(Timeout = Patience)]
    [InlineData("", "directly to each domain's servers")]
    [InlineData(
        "[Route:a]\nAction = never\nAccount = CLUB\n",
        "directly to each domain's servers, by a rule some of it otherwise"
    )]
    [InlineData(
        "[Route:a]\nAction = never\nAccount = CLUB\n[Route:b]\nAction = relay\nRelay = hub.example\nUsername = me\nPassword = x\nBackups = c\n[Relay:c]\nServer = c.example\n",
        "through hub.example:587 as me, else c.example:587, as [Route:b] says, by another rule some of it otherwise"
    )]
    [InlineData("[Route:b]\nAction = never\n", "nowhere, as [Route:b] says")]
    public async Task How_mail_leaves_is_said_in_a_few_words(string rules, string words)
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Direct", rules);
        Assert.Equal(words, lab.Describe());
    }

    [Theory(Timeout = Patience)]
    [InlineData("Username = me\nPassword = x\nAuth = scram-sha-256", "AUTH SCRAM-SHA-256 as me")]
    [InlineData("Auth = external\nCertificate = FILE", "shown client.pem, AUTH EXTERNAL")]
    [InlineData("Username = me\nAuth = external\nCertificate = FILE", "shown client.pem, AUTH EXTERNAL as me")]
    [InlineData("Certificate = FILE", "shown client.pem, no sign-in")]
    public async Task How_a_relay_is_signed_in_to_is_explained(string keys, string words)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("client.pem");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        string rule = $"[Route:club]\nAction = relay\nRelay = RELAY\n{keys.Replace("FILE", file, StringComparison.Ordinal)}\n";
        await using RouteLab lab = await RouteLab.OpenAsync("Direct", rule);

        Explanation why = await lab.ExplainAsync("x@one.example");

        Assert.Equal($"STARTTLS required, certificate verified, {words}", why.Security);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_refuses_our_sign_in_is_passed_over_and_each_gets_its_own_password()
    {
        await using RouteLab lab = await RouteLab.OpenAsync(
            "Direct",
            """
            [Route:club]
            Action = relay
            Relay = RELAY
            Username = me
            Password = first
            Auth = plain
            Tls = any
            Backups = second
            [Relay:second]
            Server = SECOND
            Username = you
            Password = other
            Auth = plain
            Tls = any
            """
        );
        lab.Relay.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null;

        string id = await lab.SendAsync("a@one.example", "mail");
        await lab.DeliveredAsync(id);

        Assert.Equal(1, RouteLab.At(lab.Second, "mail"));
        Assert.Contains("AUTH PLAIN AG1lAGZpcnN0", lab.Relay.Lines);
        Assert.Contains("AUTH PLAIN AHlvdQBvdGhlcg==", lab.Second.Lines);
        RouteTrouble trouble = Assert.Single(lab.Troubles());
        Assert.True(trouble.IsParked);
        await lab.UntilAsync(async () => (await lab.Store.AlarmsAsync(Ct)).Count == 1);
        Alarm alarm = (await lab.Store.AlarmsAsync(Ct))[0];
        Assert.Equal(AlarmCatalogue.RelayCredentials.Id, alarm.Kind);
        Assert.Contains(
            "is parked, other relays are used: the relay refuses Username me of [Route:club]",
            alarm.Text,
            StringComparison.Ordinal
        );
    }

    [Fact(Timeout = Patience)]
    public async Task While_none_takes_us_mail_waits_for_whichever_is_back()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Relay", Backups);
        lab.Relay.Greeting = lab.Second.Greeting = "421 4.3.2 shutting down";
        string id = await lab.SendAsync("a@one.example", "mail");
        await lab.UntilAsync(() => Task.FromResult(lab.Troubles().Count == 2));

        lab.Second.Greeting = "220 mx ESMTP";
        lab.Pass(TimeSpan.FromHours(1));
        await lab.DeliveredAsync(id);

        Assert.Equal(1, RouteLab.At(lab.Second, "mail"));
        Assert.Equal(1, lab.Arrivals("mail"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_one_relay_may_have_taken_is_not_given_to_another()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Relay", Backups);
        lab.Relay.Answer = line => line == "." ? "" : null;
        string open = await lab.SendAsync("a@one.example", "lost");
        await lab.DeferredAsync(open);

        lab.Relay.Greeting = "421 4.3.2 shutting down";
        string other = await lab.SendAsync("a@one.example", "other");
        await lab.DeliveredAsync(other);
        lab.Pass(TimeSpan.FromMinutes(5));
        await lab.UntilAsync(async () => await lab.EntryAsync(open) is { State: RecipientState.Waiting, Attempts: > 1 });
        lab.Relay.Answer = _ => null;
        lab.Relay.Greeting = "220 mx ESMTP";
        lab.Pass(TimeSpan.FromHours(1));
        await lab.DeliveredAsync(open);

        Assert.Equal(0, RouteLab.At(lab.Second, "lost"));
        Assert.Equal(1, RouteLab.At(lab.Second, "other"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_its_own_server_refused_goes_to_the_relay_that_takes_it()
    {
        await using RouteLab lab = await RouteLab.OpenAsync("Auto", Backups);
        lab.Relay.Greeting = "421 4.3.2 shutting down";
        lab.Servers[0].Answer = line =>
            line.StartsWith("RCPT", StringComparison.Ordinal)
                ? "550 5.7.25 The IP address sending this message does not have a PTR record setup"
                : null;

        string id = await lab.SendAsync("a@one.example", "mail");
        await lab.DeliveredAsync(id);

        Assert.Equal(1, RouteLab.At(lab.Second, "mail"));
        Assert.Equal(1, lab.Arrivals("mail"));
    }
}
