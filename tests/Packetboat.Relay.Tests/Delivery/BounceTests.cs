using System.Text;
using MimeKit;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>From a refusal on the wire to what the sender reads.</summary>
public sealed class BounceTests
{
    private const string WhatThePersonReads = """
        This is the mail system at mail.node.example.

        Your message could not be delivered to the recipients below. All or part of
        it is attached.

          <joe@far.example>
            There is no such address at far.example, or it is no longer used.
            Either the address is mistyped or it is old. The mail systems work.
            What you can do: Check the address letter by letter, or ask the
            recipient for the right one in another way.
            It is not tried again.
            The exact words of mx.far.example:
              550 5.1.1 no such user

          <jim@far.example>
            The mail server of far.example did not take the message.
            Its own words, below, are all that is known.
            What you can do: Send those words to the recipient's administrator, or
            ask the recipient in another way.
            It is not tried again. It was tried for as long as this server tries.
            The exact words of mx.far.example:
              451 4.2.1 zorgle

        """;

    [Theory(Timeout = 30_000)]
    [InlineData("Content-Language: de-DE", "de")]
    [InlineData("Accept-Language: fr, de-CH;q=0.8, en;q=0.5\r\nContent-Language: en", "de")]
    [InlineData("Content-Language: fr", "en")]
    [InlineData("X: y", "en")]
    public async Task Who_writes_German_reads_German_at_a_hub_that_speaks_English(string header, string language)
    {
        await using var rig = new QueueRig { Content = Encoding.ASCII.GetBytes($"Subject: test\r\n{header}\r\n\r\nHallo\r\n") };
        rig.Peers.Answer = (_, line) => line.StartsWith("RCPT TO:<joe@", StringComparison.Ordinal) ? "550 5.1.1 no\r\n" : null;
        await rig.StartAsync();
        await rig.SendAsync("joe@far.example");
        await rig.UntilReceivedAsync(1);

        string content = Assert.Single(rig.Peers.Got).Content;

        Assert.Contains($"Content-Language: {language}\r\n", content, StringComparison.Ordinal);
        Assert.Contains(
            language == "de" ? "Diese Adresse gibt es bei far.example nicht" : "There is no such address at far.example",
            content,
            StringComparison.Ordinal
        );
    }

    [Fact(Timeout = 30_000)]
    public async Task A_report_of_two_failures_says_to_people_and_programs_what_each_peer_said()
    {
        await using var rig = new QueueRig();
        rig.Settings = rig.Settings with { Limits = rig.Settings.Limits with { MaxAttempts = 1 } };
        rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT TO:<joe@", StringComparison.Ordinal) ? "550 5.1.1 no such user\r\n"
            : line.StartsWith("RCPT TO:<jim@", StringComparison.Ordinal) ? "451 4.2.1 zorgle\r\n"
            : null;
        await rig.StartAsync();
        string id = await rig.SendAsync("joe@far.example", "jim@far.example");
        await rig.UntilReceivedAsync(1);

        Queue.Received received = Assert.Single(rig.Peers.Got);
        Assert.Equal(("", "alice@node.example"), (received.Sender, Assert.Single(received.Recipients)));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(received.Content));
        MimeMessage message = await MimeMessage.LoadAsync(stream, TestContext.Current.CancellationToken);
        var report = Assert.IsType<MultipartReport>(message.Body);
        Assert.Equal(WhatThePersonReads.ReplaceLineEndings("\n"), ((TextPart)report[0]).Text.ReplaceLineEndings("\n"));

        var status = (MessageDeliveryStatus)report[1];
        Assert.Equal("dns; mail.node.example", status.StatusGroups[0]["Reporting-MTA"]);
        Assert.Equal(["5.1.1", "5.2.1"], status.StatusGroups.Skip(1).Select(group => group["Status"]));
        Assert.Equal(["failed", "failed"], status.StatusGroups.Skip(1).Select(group => group["Action"]));
        Assert.Equal("dns; mx.far.example", status.StatusGroups[1]["Remote-MTA"]);
        Assert.Equal("smtp; 550 5.1.1 no such user", status.StatusGroups[1]["Diagnostic-Code"]);

        MimeMessage returned = ((MessagePart)report[2]).Message!;
        Assert.Equal(("test", "ours"), (returned.Subject, returned.Headers["X-Trace"]));
        Assert.Contains((await rig.StoryAsync(id)).Events, e => e.Kind == TraceKind.Reported);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_report_about_mail_that_must_be_secure_demands_that_too_and_has_the_header_alone()
    {
        await using var rig = new QueueRig { Tls = TlsWish.Required };
        rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT TO:<joe@", StringComparison.Ordinal) ? "550 5.7.30 not here\r\n" : null;
        await rig.StartAsync();
        string id = await rig.SendAsync("joe@far.example");
        await rig.UntilReceivedAsync(1);

        string content = Assert.Single(rig.Peers.Got).Content;
        Assert.Contains("(REQUIRETLS)", content, StringComparison.Ordinal);
        Assert.Contains("X-Trace: ours", content, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello", content, StringComparison.Ordinal);
        TraceEvent reported = Assert.Single((await rig.StoryAsync(id)).Events, e => e.Kind == TraceKind.Reported);
        Assert.Equal(TlsWish.Required, (await rig.StoryAsync(reported.Text.Split(' ')[^1])).Message.Tls);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_report_is_signed_by_the_domain_of_this_host_as_other_mail_is()
    {
        await using var rig = new QueueRig();
        using var key = DkimPrivateKey.CreateEd25519();
        rig.Keys.Use(rig.Keys.Add("node.example", "s", key));
        rig.Peers.Answer = (_, line) =>
            line.StartsWith("RCPT TO:<joe@", StringComparison.Ordinal) ? "550 5.1.1 no such user\r\n" : null;
        await rig.StartAsync();
        await rig.SendAsync("joe@far.example");
        await rig.UntilReceivedAsync(1);

        using var message = new DkimMessage();
        message.Append(Encoding.UTF8.GetBytes(Assert.Single(rig.Peers.Got).Content));
        message.Complete();
        var zone = new ZoneResolver($"s._domainkey.node.example TXT {key.Record}");
        DkimVerdict verdict = Assert.Single(
            await new DkimVerifier(zone, rig.Time).VerifyAsync(message, TestContext.Current.CancellationToken)
        );
        Assert.Equal((DkimResult.Pass, "node.example"), (verdict.Result, verdict.Domain));
        Assert.Contains("MAILER-DAEMON@mail.node.example", rig.Peers.Got.Single().Content, StringComparison.Ordinal);
    }
}
