using System.Globalization;
using System.Text;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Tests.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>What a client says in one place and what must not come out in another.</summary>
public sealed class InjectionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Said in the clear behind STARTTLS, in the same packet, by whoever sits between. CVE-2011-0411.</summary>
    [Theory]
    [InlineData("EHLO evil.example")]
    [InlineData("MAIL FROM:<evil@b.example>")]
    [InlineData("EHLO evil.example|MAIL FROM:<evil@b.example>|RCPT TO:<victim@far.example>|DATA|Subject: evil||evil|.")]
    [InlineData("RSET")]
    [InlineData("NOOP")]
    [InlineData("QUIT")]
    [InlineData("STARTTLS")]
    [InlineData("AUTH PLAIN AE1ZQkJTAE5vZGVQdzc3")]
    [InlineData("AUTH LOGIN|TVlCQlM=|Tm9kZVB3Nzc=")]
    [InlineData("BDAT 5 LAST|evil")]
    [InlineData("EHLO evil.exam&")]
    [InlineData("MAIL FROM:<evil@b&")]
    [InlineData("{x*4000}")]
    [InlineData(@"\r\n\r\n\r\n")]
    [InlineData(@"\x16\x03\x01&")]
    [InlineData(@"\x00&")]
    public Task What_stands_behind_STARTTLS_in_the_clear_is_never_heard(string injected) =>
        Attacker.InSceneAsync(
            async (scene, connections) =>
            {
                await scene.AddAccountAsync("MYBBS", "NodePw77", reversible: false);
                var client = new SmtpTestClient(scene, connections);
                await client.GreetAsync(Ct);
                string text = injected.EndsWith('&') ? injected[..^1] : injected + @"\r\n";
                await client.SendAsync(
                    WireText.Bytes(@"STARTTLS\r\n" + text.Replace("|", @"\r\n", StringComparison.Ordinal)),
                    Ct
                );
                Assert.StartsWith("220 ", await client.ReplyAsync(Ct), StringComparison.Ordinal);
                await client.StartTlsAsync(Ct);

                Assert.False(client.IsReady, "the server answers what was said in the clear");
                // Neither a greeting, nor a sign-in, nor a transaction, nor half a line is left.
                Assert.StartsWith("503 ", await client.SayAsync("RCPT TO:<victim@far.example>", Ct), StringComparison.Ordinal);
                Assert.StartsWith("250 ", await client.SayAsync("EHLO node.example", Ct), StringComparison.Ordinal);
                Assert.StartsWith("503 ", await client.SayAsync("RCPT TO:<victim@far.example>", Ct), StringComparison.Ordinal);
                Assert.StartsWith("250 ", await client.SayAsync("MAIL FROM:<a@b.example>", Ct), StringComparison.Ordinal);
                Assert.StartsWith("550 ", await client.SayAsync("RCPT TO:<victim@far.example>", Ct), StringComparison.Ordinal);
                await client.CloseAsync(Ct);
                Assert.Empty(scene.Spool.Accepted);
            },
            scene => scene.Set("ALLOW_RELAY", "")
        );

    /// <summary>Where a client can put a character; <c>{0}</c> is it, <c>{1}</c> is it in xtext.</summary>
    private static readonly string[] Places =
    [
        "EHLO a{0}b.example",
        "HELO a{0}b.example",
        "EHLO {0}",
        "MAIL FROM:<a{0}b@c.example>",
        "MAIL FROM:<\"a{0}b\"@c.example>",
        "MAIL FROM:<a@b{0}c.example>",
        "MAIL FROM:<a@b.example> SIZE={0}",
        "MAIL FROM:<a@b.example> BODY={0}",
        "MAIL FROM:<a@b.example> ENVID=a{0}b",
        "MAIL FROM:<a@b.example> ENVID=a{1}b",
        "MAIL FROM:<a@b.example> AUTH=a{1}b@c.example",
        "MAIL FROM:<a@b.example> {0}=1",
        "MAIL FROM:<a@b.example> SMTPUTF8 X{0}Y",
        "RCPT TO:<a{0}b@hub.example>",
        "RCPT TO:<\"a{0}b\"@hub.example>",
        "RCPT TO:<info@hub.example> ORCPT=rfc822;a{0}b",
        "RCPT TO:<info@hub.example> ORCPT=rfc822;a{1}b",
        "RCPT TO:<info@hub.example> ORCPT={0};ab",
        "RCPT TO:<info@hub.example> ORCPT=utf-8;a\\x7B{2}\\x7Db",
        "RCPT TO:<info@hub.example> NOTIFY={0}",
        "VRFY a{0}b",
        "EXPN a{0}b",
        "HELP a{0}b",
        "NOOP a{0}b",
        "FOO{0}BAR",
        "{0}",
        "AUTH {0}",
        "AUTH PLAIN {0}",
        "BDAT {0}",
        "STARTTLS {0}",
    ];

    /// <summary>Every control character, those of Latin-1 as octets and as UTF-8, and some that turn or hide text.</summary>
    public static TheoryData<string> Characters()
    {
        IEnumerable<string> octets = Enumerable.Range(0, 0x20).Append(0x7F).Concat(Enumerable.Range(0x80, 0x20)).Select(Octet);
        IEnumerable<string> runes = Enumerable
            .Range(0x80, 0x20)
            .Concat([0xAD, 0x061C, 0x200B, 0x200E, 0x2028, 0x2029, 0x202E, 0x2066, 0xFEFF, 0xFFF9, 0xE0001, 0xF8FF])
            .Select(rune => string.Concat(Encoding.UTF8.GetBytes(new Rune(rune).ToString()).Select(octet => Octet(octet))));
        return new TheoryData<string>(octets.Concat(runes));
    }

    [Theory]
    [MemberData(nameof(Characters))]
    public Task No_control_character_comes_out_in_a_reply_a_log_line_a_field_or_an_address(string character) =>
        Attacker.InSceneAsync(
            async (scene, _) =>
            {
                await scene.AddAccountAsync("MYBBS", "NodePw77", reversible: false);
                byte[] octets = WireText.Bytes(character);
                string xtext = string.Concat(octets.Select(octet => "+" + octet.ToString("X2", CultureInfo.InvariantCulture)));
                string hex = Encoding
                    .UTF8.GetString(octets)
                    .EnumerateRunes()
                    .First()
                    .Value.ToString("X", CultureInfo.InvariantCulture);
                foreach (ListenerKind listener in new[] { ListenerKind.Transfer, ListenerKind.Submission })
                foreach (string place in Places)
                {
                    scene.Listener = listener;
                    string line = place
                        .Replace("{0}", character, StringComparison.Ordinal)
                        .Replace("{1}", xtext, StringComparison.Ordinal)
                        .Replace("{2}", hex, StringComparison.Ordinal);
                    string mail = line.StartsWith("RCPT", StringComparison.Ordinal)
                        ? @"MAIL FROM:<a@b.example> SMTPUTF8\r\n"
                        : "";
                    string rest = line.StartsWith("MAIL", StringComparison.Ordinal) ? "" : @"MAIL FROM:<a@b.example>\r\n";
                    string heard = await Attacker.SayAsync(
                        scene,
                        scene.Open(),
                        WireText.Bytes(
                            $@"EHLO a\r\n{mail}{line}\r\n{(mail.Length > 0 ? "" : rest)}RCPT TO:<info@hub.example>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n"
                        )
                    );
                    Assert.All(heard.Split("\r\n"), reply => Attacker.AssertPrintable(reply, line));
                }

                Assert.All(scene.Log, line => Attacker.AssertPrintable(line, "the log"));
                Assert.NotEmpty(scene.Spool.Accepted);
                Assert.All(scene.Spool.Accepted, AssertPrintable);
            },
            scene =>
            {
                scene.AddLine("alias.cfg", "info@hub.example sysop@far.example");
                scene.AllowInClear("192.0.2.0/24");
                scene.Set("ALLOW_RELAY", "");
            }
        );

    private static void AssertPrintable(AcceptedMessage message)
    {
        string trace = Encoding.UTF8.GetString(message.Envelope.Trace);
        Assert.EndsWith("\r\n", trace, StringComparison.Ordinal);
        string[] lines = trace[..^2].Split("\r\n");
        Assert.All(lines.Skip(1), line => Assert.StartsWith("\t", line, StringComparison.Ordinal));
        Assert.All(lines, line => Attacker.AssertPrintable(line.TrimStart('\t'), "a field"));
        Attacker.AssertPrintable(message.Envelope.Sender?.ToString() ?? "", "the sender");
        Attacker.AssertPrintable(message.Envelope.Dsn.EnvelopeId ?? "", "ENVID");
        Attacker.AssertPrintable(message.Envelope.Origin, "the origin");
        Assert.All(
            message.Envelope.Recipients,
            recipient => Attacker.AssertPrintable($"{recipient.Address} {recipient.Dsn.OriginalRecipient}", "a recipient")
        );
    }

    private static string Octet(int octet) => @"\x" + octet.ToString("x2", CultureInfo.InvariantCulture);
}
