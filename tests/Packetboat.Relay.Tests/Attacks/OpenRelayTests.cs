using System.Net;
using System.Text;
using Packetboat.Relay.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>
/// Forms of address that have opened relays before, from strangers, on every listener: nobody who may not send gets one of them in, whatever
/// he says first. An alias leads where the operator said, and nowhere else.
/// </summary>
public sealed class OpenRelayTests
{
    private const string Alias = "sysop@far.example";

    /// <summary>Before <c>RCPT TO:</c>, what is tried to become somebody.</summary>
    private static readonly string[] Openings =
    [
        "MAIL FROM:<a@b.example>",
        "MAIL FROM:<>",
        "MAIL FROM:<postmaster@hub.example>",
        "MAIL FROM:<sysop@hub.example> AUTH=<>",
        "MAIL FROM:<sysop@hub.example> AUTH=sysop@hub.example",
        "XCLIENT ADDR=127.0.0.1 LOGIN=MYBBS|MAIL FROM:<a@b.example>",
        "XFORWARD ADDR=127.0.0.1 HELO=hub.example|MAIL FROM:<a@b.example>",
        "AUTH EXTERNAL =|MAIL FROM:<a@b.example>",
        "AUTH ANONYMOUS YQ==|MAIL FROM:<a@b.example>",
        "EHLO hub.example|MAIL FROM:<a@b.example>",
        "EHLO [127.0.0.1]|MAIL FROM:<a@b.example>",
        "EHLO localhost|MAIL FROM:<root@localhost>",
    ];

    public static TheoryData<string> Recipients() =>
        [
            "<victim@far.example>",
            "victim@far.example",
            "<VICTIM@FAR.EXAMPLE>",
            "<victim@far.example.>",
            "<victim@[192.0.2.25]>",
            "<victim@[IPv6:2001:db8::25]>",
            "<victim@192.0.2.25>",
            "<victim@3221225985>",
            "<victim@0xC0.0.2.25>",
            "<victim@[127.0.0.1]>",
            "<victim@localhost>",
            "<victim@hub.example>",
            "<victim@sub.hub.example>",
            "<victim@hub.example.far.example>",
            "<victim@far.example.hub.example>",
            "<victim%far.example@hub.example>",
            "<victim%far.example@[127.0.0.1]>",
            "<victim%far.example@localhost>",
            "<victim%far.example>",
            "<victim%far.example%hub.example>",
            "<victim%far.example%>",
            "<@hub.example:victim@far.example>",
            "<@hub.example,@far.example:victim@third.example>",
            "<@localhost:victim@far.example>",
            "<@[127.0.0.1]:victim@far.example>",
            "<hub.example!far.example!victim>",
            "<far.example!victim>",
            "<far.example!victim@hub.example>",
            "<hub.example!victim@far.example>",
            "<\"victim@far.example\">",
            "<\"victim@far.example\"@hub.example>",
            "<\"victim%far.example\"@hub.example>",
            "<\"victim\"@far.example>",
            "<\"vic\\tim\"@far.example>",
            "<\"@hub.example:victim\"@far.example>",
            "<victim@far.example@hub.example>",
            "<victim@hub.example@far.example>",
            "<victim@far.example,info@hub.example>",
            "<victim@far.example>,<info@hub.example>",
            "<victim@far.example> <info@hub.example>",
            "<victim@far.example;info@hub.example>",
            "<info@hub.example><victim@far.example>",
            "<info@hub.example> ORCPT=rfc822;victim@far.example",
            "<info@hub.example\\r\\nRCPT TO:<victim@far.example>",
            "<info@hub.example\\x00@far.example>",
            "<info\\x00@far.example>",
            "<info@hub.example >",
            "< info@hub.example>",
            "<info @hub.example>",
            "<info%far.example@hub.example>",
            "<info+victim@hub.example>",
            "<info@hub.example.>",
            "<info@hub.example.far.example>",
            "<info@hub.example@>",
            "<info(comment)@hub.example>",
            "<info@hub.example(comment)>",
            "<|/bin/sh@hub.example>",
            "<\"|/bin/sh -c id\"@hub.example>",
            "</var/mail/root@hub.example>",
            "<:include:/etc/passwd@hub.example>",
            "<victim@far\u3002example>",
            "<victim@f\u0430r.example>",
            "<victim\uFF20far.example>",
            "<victim@xn--far-example>",
            "<victim@far.example\u200b>",
            "<postmaster>",
            "<Postmaster@far.example>",
            "<>",
            "<@>",
            "<@far.example>",
            "<victim@>",
            "<victim@.>",
            "<victim@..example>",
            "<victim@*>",
            "<*@far.example>",
        ];

    [Theory]
    [MemberData(nameof(Recipients))]
    public Task Nobody_who_may_not_send_gets_mail_in(string recipient) =>
        Attacker.InSceneAsync(
            async (scene, _) =>
            {
                foreach ((ListenerKind listener, bool allowsRelay, string client) in Doors())
                foreach (string opening in Openings)
                {
                    scene.Listener = listener;
                    scene.Client = IPAddress.Parse(client);
                    scene.Settings = scene.Settings with { AllowRelay = allowsRelay };
                    // The 8-bit forms need SMTPUTF8, and are tried with it.
                    string smtpUtf8 = recipient.Any(letter => letter > 127) ? " SMTPUTF8" : "";
                    string lines = string.Join("\r\n", opening.Split('|'));
                    await Attacker.SayAsync(
                        scene,
                        scene.Open(),
                        [
                            .. WireText.Bytes($"EHLO a\r\n{lines}{smtpUtf8}\r\nRCPT TO:"),
                            .. WireText.Bytes(recipient),
                            .. "\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n"u8,
                        ]
                    );
                }

                // Of all these forms the alias is the only address; to write it otherwise is no way past it.
                Assert.All(
                    scene.Spool.Accepted.SelectMany(message => message.Envelope.Recipients),
                    accepted => Assert.Equal(Alias, accepted.Address.ToString())
                );
                Assert.All(
                    scene.Spool.Accepted,
                    message =>
                        Assert.StartsWith("Received: ", Encoding.UTF8.GetString(message.Envelope.Trace), StringComparison.Ordinal)
                );
            },
            scene =>
            {
                scene.AddLine("alias.cfg", "info@hub.example " + Alias);
                scene.AddLine("relay.cfg", "192.0.2.1");
                scene.AddLine("relay.cfg", "2001:db8::1");
                scene.Settings = scene.Settings with { MaxHops = 30 };
            }
        );

    /// <summary>Listeners, and clients whose address looks like one in <c>relay.cfg</c> and is another.</summary>
    private static IEnumerable<(ListenerKind Listener, bool AllowsRelay, string Client)> Doors() =>
        [
            (ListenerKind.Transfer, false, "192.0.2.10"),
            (ListenerKind.Transfer, true, "192.0.2.10"),
            (ListenerKind.Submission, false, "192.0.2.10"),
            (ListenerKind.Submission, true, "192.0.2.1"),
            (ListenerKind.TlsSubmission, false, "192.0.2.10"),
            (ListenerKind.TlsSubmission, true, "192.0.2.1"),
            (ListenerKind.Transfer, false, "2001:db8::10"),
            (ListenerKind.Transfer, false, "::ffff:192.0.2.10"),
            (ListenerKind.Transfer, false, "192.0.2.100"),
        ];
}
