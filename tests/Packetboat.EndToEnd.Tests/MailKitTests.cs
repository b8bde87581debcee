using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Packetboat.Demo;

namespace Packetboat.EndToEnd.Tests;

/// <summary>An independent client signs in and sends.</summary>
public sealed class MailKitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-256-PLUS")]
    public async Task MailKit_signs_in_and_its_message_arrives_whole(string mechanism)
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        using SmtpClient client = await ConnectAsync(harbour);
        SaslMechanism sasl = mechanism switch
        {
            "PLAIN" => new SaslMechanismPlain(Harbour.Account, harbour.Password),
            "LOGIN" => new SaslMechanismLogin(Harbour.Account, harbour.Password),
            "SCRAM-SHA-256" => new SaslMechanismScramSha256(Harbour.Account, harbour.Password),
            _ => new SaslMechanismScramSha256Plus(Harbour.Account, harbour.Password),
        };
        await client.AuthenticateAsync(sasl, Ct);

        var message = new MimeMessage(
            [new MailboxAddress("Sysop", "sysop@bbs.example")],
            [new MailboxAddress("Friend", "friend@far.example")],
            $"signed in with {mechanism}",
            new TextPart("plain") { Text = "Grüße\n.\n..\n" }
        );
        await client.SendAsync(message, Ct);
        await client.DisconnectAsync(quit: true, Ct);

        DemoExchange.Letter letter = await harbour.NextLetterAsync();
        using var stream = new MemoryStream(letter.Content);
        MimeMessage arrived = await MimeMessage.LoadAsync(stream, Ct);
        Assert.Equal(
            (message.Subject, message.TextBody?.ReplaceLineEndings()),
            (arrived.Subject, arrived.TextBody?.ReplaceLineEndings())
        );
    }

    [Fact(Timeout = 60_000)]
    public async Task A_wrong_password_is_refused()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        using SmtpClient client = await ConnectAsync(harbour);

        await Assert.ThrowsAsync<AuthenticationException>(() =>
            client.AuthenticateAsync(new SaslMechanismPlain(Harbour.Account, "wrong"), Ct)
        );
    }

    [Fact(Timeout = 60_000)]
    public async Task Mail_without_a_sign_in_is_refused()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        using SmtpClient client = await ConnectAsync(harbour);
        var message = new MimeMessage(
            [new MailboxAddress("", "a@b.example")],
            [new MailboxAddress("", "c@d.example")],
            "",
            new TextPart("plain") { Text = "x" }
        );

        ServiceNotAuthenticatedException refused = await Assert.ThrowsAsync<ServiceNotAuthenticatedException>(() =>
            client.SendAsync(message, Ct)
        );

        Assert.Contains("Authentication required", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<SmtpClient> ConnectAsync(Harbour harbour)
    {
        var client = new SmtpClient();
        client.ServerCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        await client.ConnectAsync("127.0.0.1", harbour.HubPort, SecureSocketOptions.StartTls, Ct);
        return client;
    }
}
