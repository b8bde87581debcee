using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.Attacks;

/// <summary>
/// A next hop that plays along up to some command and answers that one slowly, without end, or with rubbish. Whatever it does, the attempt
/// ends in the time that its phase has, it takes little memory, and the message is not lost by it: nobody bounces and nothing is taken for
/// delivered.
/// </summary>
public sealed class HostilePeerTests
{
    private const int Patience = 60_000;

    /// <summary>What a session may make of the peer's words before it gives up, in octets: a reply, and what is read with it.</summary>
    private const int MostRead = 80 * 1024;

    private static readonly SmtpTransaction Transaction = new()
    {
        Sender = MailAddress.Parse("a@b.example"),
        Recipients = [new SmtpRecipient(MailAddress.Parse("c@d.example"))],
    };

    /// <summary>What is answered wrongly, what was said before, and how many seconds the answer may take.</summary>
    private static readonly (SmtpStage Stage, string Before, int Seconds)[] Phases =
    [
        (SmtpStage.Greeting, "", 300),
        (SmtpStage.Hello, Greeted, 300),
        (SmtpStage.StartTls, Hello, 300),
        (SmtpStage.Authentication, Hello, 300),
        (SmtpStage.Reset, Hello, 300),
        (SmtpStage.Mail, Hello, 300),
        (SmtpStage.Recipient, Hello + "250 2.1.0 sender\r\n", 300),
        (SmtpStage.Data, Hello + "250 2.1.0 sender\r\n250 2.1.5 recipient\r\n", 120),
        (SmtpStage.Content, Hello + "250 2.1.0 sender\r\n250 2.1.5 recipient\r\n354 go\r\n", 600),
    ];

    private const string Greeted = "220 mx\r\n";
    private const string Hello = Greeted + "250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n";

    /// <summary>No reply, in any phase. Written as conversation files are.</summary>
    private static readonly string[] Rubbish =
    [
        @"\r\n",
        @"\n",
        @"\r\r\n",
        @"\x00\r\n",
        @"\x00250 OK\r\n",
        @"250\x00OK\r\n",
        @"25\r\n",
        @"2500 OK\r\n",
        @"250OK\r\n",
        @"250\tOK\r\n",
        @" 250 OK\r\n",
        @"+250 OK\r\n",
        @"-25 OK\r\n",
        @"\xef\xbb\xbf250 OK\r\n",
        @"\xd9\xa2\xd9\xa5\xd9\xa0 OK\r\n",
        @"000 OK\r\n",
        @"150 OK\r\n",
        @"199 OK\r\n",
        @"600 OK\r\n",
        @"999 OK\r\n",
        @"\x1b]0;250 OK\x07\r\n",
        @"HTTP/1.1 400 Bad Request\r\n",
        @"\x15\x03\x01\x00\x02\x02\x46\n",
        @"250-one\r\n550 two\r\n",
        @"550-one\r\n250 two\r\n",
        @"450-one\r\n550 two\r\n",
        @"250-one\r\n250-two\r\n251 three\r\n",
        @"250-one\r\ntwo\r\n",
        @"250-one\r\n\r\n",
    ];

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryConnection _connection = new(IPAddress.Loopback, window: 64 * 1024);
    private readonly SmtpClientSession _session;
    private readonly DuplexStream _peer;

    public HostilePeerTests()
    {
        _session = new SmtpClientSession(_connection.Client, SmtpClientTimeouts.Default, _time);
        _peer = DuplexStream.Of(_connection.Server.Transport);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<SmtpStage> Stages() => [.. Phases.Select(phase => phase.Stage)];

    public static TheoryData<SmtpStage, string> StagesWithRubbish()
    {
        var table = new TheoryData<SmtpStage, string>();
        foreach ((SmtpStage stage, _, _) in Phases)
        foreach (string rubbish in Rubbish)
            table.Add(stage, rubbish);
        return table;
    }

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Stages))]
    public Task Silence_ends_in_the_time_of_its_phase(SmtpStage stage) => EndsInTimeAsync(stage, _ => "");

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Stages))]
    public Task An_octet_a_second_buys_no_time(SmtpStage stage) => EndsInTimeAsync(stage, i => i < 4 ? "250 "[i..(i + 1)] : "x");

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Stages))]
    public Task A_reply_of_a_line_every_ten_seconds_buys_no_time(SmtpStage stage) =>
        EndsInTimeAsync(stage, i => i % 10 == 0 ? "250-still thinking\r\n" : "");

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Stages))]
    public Task A_line_without_end_is_read_no_further_than_any_line_may_be(SmtpStage stage) =>
        EndsByItselfAsync(stage, "250 " + new string('x', 996), 32 * 1024);

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Stages))]
    public Task A_reply_without_end_is_read_no_further_than_any_reply_may_be(SmtpStage stage) =>
        EndsByItselfAsync(stage, "250-" + new string('x', 994) + "\r\n", MostRead);

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Stages))]
    public Task A_reply_of_empty_lines_without_end_is_read_no_further_either(SmtpStage stage) =>
        EndsByItselfAsync(stage, "250-\r\n", MostRead);

    [Theory(Timeout = Patience)]
    [MemberData(nameof(StagesWithRubbish))]
    public Task What_is_no_reply_ends_the_attempt_and_decides_nothing(SmtpStage stage, string rubbish) =>
        PlayAsync(
            stage,
            async (conversation, _) =>
            {
                await _peer.WriteAsync(WireText.Bytes(rubbish), Ct);
                AssertUndecided(stage, await conversation);
            }
        );

    /// <summary>A goodbye may be answered by anything, and for no longer than five seconds.</summary>
    [Fact(Timeout = Patience)]
    public Task Nothing_hangs_on_the_answer_to_QUIT() =>
        Task.Run(
            async () =>
            {
                await _peer.WriteAsync(Encoding.ASCII.GetBytes(Hello), Ct);
                await _session.GreetAsync(Ct);
                await _session.HelloAsync("node.example", extensionsNeeded: false, Ct);
                Task quit = _session.QuitAsync(Ct).AsTask();
                int seconds = await DripAsync(quit, i => i % 2 == 0 ? "2" : "");
                await quit;
                Assert.Equal(5, seconds);
                Assert.False(_session.IsUsable);
            },
            Ct
        );

    /// <summary>The handshake that follows a 220 has a minute.</summary>
    [Fact(Timeout = Patience)]
    public Task A_handshake_that_is_not_answered_ends_in_its_time() =>
        PlayAsync(
            SmtpStage.StartTls,
            async (conversation, _) =>
            {
                await _peer.WriteAsync("220 go\r\n"u8.ToArray(), Ct);
                Assert.Equal(60, await DripAsync(conversation, _ => ""));
                AssertUndecided(SmtpStage.StartTls, await conversation);
            }
        );

    private Task EndsInTimeAsync(SmtpStage stage, Func<int, string> drip) =>
        PlayAsync(
            stage,
            async (conversation, seconds) =>
            {
                Assert.Equal(seconds, await DripAsync(conversation, drip));
                Ending ending = await conversation;
                AssertUndecided(stage, ending);
                Assert.Contains("took too long", ending.Words, StringComparison.Ordinal);
            }
        );

    private Task EndsByItselfAsync(SmtpStage stage, string piece, int most) =>
        PlayAsync(
            stage,
            async (conversation, _) =>
            {
                byte[] bytes = Encoding.ASCII.GetBytes(piece);
                int said = 0;
                for (; said <= most && !conversation.IsCompleted; said += bytes.Length)
                    await _peer.WriteAsync(bytes, Ct);
                Assert.InRange(said, 0, most);
                AssertUndecided(stage, await conversation);
            }
        );

    /// <summary>Says something each second.</summary>
    /// <returns>After how many it was over.</returns>
    private async Task<int> DripAsync(Task conversation, Func<int, string> drip)
    {
        int seconds = 0;
        for (; seconds < 3600 && !conversation.IsCompleted; seconds++)
        {
            if (drip(seconds) is { Length: > 0 } said)
                await _peer.WriteAsync(Encoding.ASCII.GetBytes(said), Ct);
            _time.Advance(TimeSpan.FromSeconds(1));
            // What the deadline set off on another thread comes before the next octet.
            await Task.Yield();
        }

        return seconds;
    }

    private static void AssertUndecided(SmtpStage stage, Ending ending)
    {
        SmtpVerdict expected = stage == SmtpStage.Content ? SmtpVerdict.Unknown : SmtpVerdict.Temporary;
        Assert.True(ending.Verdict == expected, $"{ending.Verdict}: {ending.Words}");
        Assert.False(ending.IsUsable, "the connection is used again");
        Assert.Equal(PrintableText.Of(ending.Words, 1024), ending.Words);
    }

    /// <summary>Away from the test's synchronization context: whoever writes runs what waited for it.</summary>
    private Task PlayAsync(SmtpStage stage, Func<Task<Ending>, int, Task> play) =>
        Task.Run(
            async () =>
            {
                (_, string before, int seconds) = Phases.Single(phase => phase.Stage == stage);
                await _peer.WriteAsync(Encoding.ASCII.GetBytes(before), Ct);
                await play(ConverseAsync(stage), seconds);
                await _session.DisposeAsync();
                await _connection.DisposeAsync();
            },
            Ct
        );

    private async Task<Ending> ConverseAsync(SmtpStage last)
    {
        try
        {
            SmtpOutcome outcome = await SayAsync(last);
            return new Ending(outcome.Verdict, outcome.Reply.ToString(), _session.IsUsable);
        }
        catch (SmtpProtocolException dead)
        {
            // Those who call take it for a reason to try again.
            return new Ending(SmtpVerdict.Temporary, dead.Message, _session.IsUsable);
        }
    }

    private async Task<SmtpOutcome> SayAsync(SmtpStage last)
    {
        SmtpOutcome greeting = await _session.GreetAsync(Ct);
        if (last == SmtpStage.Greeting)
            return greeting;
        SmtpOutcome hello = await _session.HelloAsync("node.example", extensionsNeeded: false, Ct);
        if (last == SmtpStage.Hello)
            return hello;
        if (last == SmtpStage.StartTls)
            return await _session.StartTlsAsync(new() { TargetHost = "mx.example" }, Ct);
        if (last == SmtpStage.Reset)
            return await _session.ResetAsync(Ct);
        if (last == SmtpStage.Authentication)
            return await _session.AuthenticateAsync(
                SaslMechanisms.CreateClient(SaslMechanisms.Plain, new SaslClientOptions("mynode", "sesame"))!,
                "sesame",
                Ct
            );
        TransactionOutcome sent = await _session.SendAsync(Transaction, new BufferedContent("x: y\r\n"u8.ToArray()), Ct);
        return sent.Recipients[0].Outcome;
    }

    private sealed record Ending(SmtpVerdict Verdict, string Words, bool IsUsable);
}
