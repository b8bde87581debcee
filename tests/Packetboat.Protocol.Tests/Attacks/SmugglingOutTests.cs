using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.Attacks;

/// <summary>
/// Whatever a stored message has around a dot, the next server gets one message or none: what has line ends that servers disagree about does
/// not leave, and of the rest only our own dot stands alone between two CRLF. RFC 5321 §4.5.2.
/// </summary>
public sealed class SmugglingOutTests
{
    private const string Second = "MAIL FROM:<evil@b.example>\r\nRCPT TO:<victim@far.example>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n";

    private static readonly string[] Elements = ["\r", "\n", "\r\n", "\0"];

    private static readonly string[] Sequences =
    [
        "",
        .. Elements,
        .. Elements.SelectMany(_ => Elements, (a, b) => a + b),
        .. Elements.SelectMany(_ => Elements, (a, b) => a + b).SelectMany(_ => Elements, (ab, c) => ab + c),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What stands before the dot; behind it each of the 85 is tried.</summary>
    public static TheoryData<string> Before() =>
        new(Sequences.Select(before => WireText.Shown(Encoding.Latin1.GetBytes(before))));

    [Theory]
    [MemberData(nameof(Before))]
    public async Task One_message_leaves_as_one_or_not_at_all(string before)
    {
        foreach (string after in Sequences)
        {
            string content = "Subject: a\r\n\r\nbody" + Encoding.Latin1.GetString(WireText.Bytes(before)) + "." + after + Second;
            string said = await SaidAsync(content);

            string rest = content.Replace("\r\n", "", StringComparison.Ordinal);
            if (rest.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                Assert.DoesNotContain("\r\n.\r\n", said, StringComparison.Ordinal);
                Assert.False(said.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n', '\0'));
                continue;
            }

            Assert.Equal(said.Length - 5, said.IndexOf("\r\n.\r\n", StringComparison.Ordinal));
            string[] lines = said[..^3].Split("\r\n");
            Assert.Equal(content, string.Join("\r\n", lines.Select(line => line.StartsWith('.') ? line[1..] : line)));
        }
    }

    /// <summary>What comes in the clear behind the 220 to STARTTLS was put there by whoever sits between.</summary>
    [Theory]
    [InlineData("220 go", "250 evil")]
    [InlineData("220 go", "2")]
    [InlineData("220 go", "250-evil")]
    [InlineData("220 go", "")]
    [InlineData("220-go\r\n220 on", "250 evil")]
    [InlineData("220 go", "250-mx\r\n250-AUTH PLAIN\r\n250 SIZE")]
    [InlineData("220 go", "\0")]
    [InlineData("220 go", "\u0016\u0003\u0001")]
    public async Task What_stands_behind_the_220_in_the_clear_is_an_attack(string reply, string injected)
    {
        (DuplexStream client, DuplexStream server) = DuplexStream.CreatePair();
        await using DuplexStream ends = server;
        await using var session = new SmtpClientSession(client, SmtpClientTimeouts.Default, new FakeTimeProvider());
        await server.WriteAsync(Encoding.Latin1.GetBytes($"{reply}\r\n{injected}\r\n"), Ct);

        var fault = await Assert.ThrowsAsync<SmtpProtocolException>(() =>
            session.StartTlsAsync(new System.Net.Security.SslClientAuthenticationOptions { TargetHost = "mx" }, Ct).AsTask()
        );
        Assert.Equal(SmtpFault.ResponseInjection, fault.Fault);
        Assert.False(session.IsUsable);
    }

    /// <summary>What the client says behind DATA until it hangs up.</summary>
    private static async Task<string> SaidAsync(string content)
    {
        (DuplexStream client, DuplexStream server) = DuplexStream.CreatePair();
        await using DuplexStream ends = server;
        await server.WriteAsync("250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n"u8.ToArray(), Ct);
        await using (var session = new SmtpClientSession(client, SmtpClientTimeouts.Default, new FakeTimeProvider()))
        {
            await session.SendAsync(
                new SmtpTransaction
                {
                    Sender = MailAddress.Parse("a@b.example"),
                    Recipients = [new SmtpRecipient(MailAddress.Parse("c@d.example"))],
                },
                new BufferedContent(Encoding.Latin1.GetBytes(content)),
                Ct
            );
        }

        using var heard = new MemoryStream();
        await server.CopyToAsync(heard, Ct);
        string said = Encoding.Latin1.GetString(heard.ToArray());
        int data = said.IndexOf("DATA\r\n", StringComparison.Ordinal);
        return data < 0 ? "" : said[(data + 6)..];
    }
}
