using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.SmtpClient;

public sealed class ConversationTests
{
    private static readonly byte[] Content = "Subject: test\r\n\r\nHello\r\n.\r\n"u8.ToArray();

    public static TheoryData<string> Files() =>
        [
            .. Directory
                .GetFiles(Path.Combine(AppContext.BaseDirectory, "SmtpClient", "Conversations"), "*.smtp")
                .Select(f => Path.GetFileName(f))
                .Order(StringComparer.Ordinal),
        ];

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Files))]
    public async Task The_client_says_what_the_file_says_and_makes_of_it_what_the_file_says(string file)
    {
        Conversation conversation = Conversation.Load(file);
        (DuplexStream ours, DuplexStream theirs) = DuplexStream.CreatePair();
        Task server = conversation.PlayAsync(theirs, TestContext.Current.CancellationToken);

        var outcomes = new List<string>();
        Task client = ActAllAsync(ours, conversation.Actions, outcomes);

        await Task.WhenAll(server, client); // the server's complaint first: the client's follows from it
        Assert.Equal(conversation.Outcomes, outcomes);
    }

    private static async Task ActAllAsync(DuplexStream stream, IReadOnlyList<string> actions, List<string> outcomes)
    {
        var time = new FakeTimeProvider();
        await using var session = new SmtpClientSession(stream, SmtpClientTimeouts.Default, time);
        try
        {
            foreach (string action in actions)
                outcomes.AddRange(await ActAsync(session, time, action.Split(' ')));
        }
        catch (SmtpProtocolException fault)
        {
            Assert.False(session.IsUsable);
            outcomes.Add(fault.Fault.ToString());
        }
    }

    private static async Task<IEnumerable<string>> ActAsync(SmtpClientSession session, FakeTimeProvider time, string[] words)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        switch (words[0])
        {
            case "greet":
                return [Line(await session.GreetAsync(ct))];
            case "hello":
                return [Line(await session.HelloAsync(words[1], extensionsNeeded: words.Length > 2, ct))];
            case "plain":
                return [Line(await session.AuthenticateAsync(Mechanism(SaslMechanisms.Plain, words), "", ct))];
            case "login":
                return [Line(await session.AuthenticateAsync(Mechanism(SaslMechanisms.Login, words), "", ct))];
            case "bearer":
                return [Line(await session.AuthenticateAsync(Mechanism(SaslMechanisms.OAuthBearer, words), "", ct))];
            case "xoauth2":
                return [Line(await session.AuthenticateAsync(Mechanism(SaslMechanisms.XOAuth2, words), "", ct))];
            case "reset":
                return [Line(await session.ResetAsync(ct))];
            case "rest":
                time.Advance(TimeSpan.FromSeconds(int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)));
                return [];
            case "send":
                return Lines(await session.SendAsync(Transaction(words), ContentOf(words), ct));
            default:
                await session.QuitAsync(ct);
                return [];
        }
    }

    /// <summary><c>send FROM to RECIPIENT... [8bit] [utf8] [tls] [notify=...] [orcpt] [ret=hdrs] [envid=...] [size=...] [bare]</c>.</summary>
    private static SmtpTransaction Transaction(string[] words) =>
        new()
        {
            Sender = words[1] == "<>" ? null : MailAddress.Parse(words[1]),
            Recipients =
            [
                .. words
                    .Skip(3)
                    .Where(word => word.Contains('@', StringComparison.Ordinal))
                    .Select(word => Recipient(word, words)),
            ],
            Body = words.Contains("8bit") ? BodyType.EightBitMime : BodyType.SevenBit,
            SmtpUtf8 = words.Contains("utf8"),
            RequireTls = words.Contains("tls"),
            Return = words.Contains("ret=hdrs") ? DsnReturn.Headers : DsnReturn.Unspecified,
            EnvelopeId = Value(words, "envid="),
        };

    private static SmtpRecipient Recipient(string word, string[] words)
    {
        MailAddress address = MailAddress.Parse(word);
        bool asks = DsnParameters.TryParseNotify(Encoding.ASCII.GetBytes(Value(words, "notify=") ?? ""), out DsnNotify notify);
        return new SmtpRecipient(
            address,
            asks ? notify : DsnNotify.Unspecified,
            words.Contains("orcpt") ? OriginalRecipient.Of(address) : null
        );
    }

    private static BufferedContent ContentOf(string[] words)
    {
        if (Value(words, "size=") is { } size)
            return new BufferedContent(new byte[int.Parse(size, System.Globalization.CultureInfo.InvariantCulture)]);
        return new BufferedContent(words.Contains("bare") ? "a\n.\r\n"u8.ToArray() : Content);
    }

    private static SaslClientExchange Mechanism(string name, string[] words) =>
        SaslMechanisms.CreateClient(name, new SaslClientOptions(words[1], words[2]))!;

    private static string? Value(string[] words, string name) =>
        Array.Find(words, word => word.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static string Line(SmtpOutcome outcome) => $"{outcome.Stage} {outcome.Verdict}: {outcome.Reply}";

    private static IEnumerable<string> Lines(TransactionOutcome outcome)
    {
        foreach (RecipientOutcome recipient in outcome.Recipients)
            yield return $"{recipient.Recipient.Address} {Line(recipient.Outcome)}";
        if (!outcome.ConnectionSurvives)
            yield return "no more on this connection";
    }
}
