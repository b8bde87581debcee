using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Tests.Delivery;

/// <summary>A wrong setting must never bounce mail.</summary>
public sealed class RelayRefusalTests
{
    [Theory]
    [InlineData(SmtpStage.Mail, 525, "5.7.13", "User account disabled")]
    [InlineData(SmtpStage.Mail, 530, "5.7.0", "Authentication required")]
    [InlineData(SmtpStage.Mail, 550, "5.7.8", "credentials")]
    [InlineData(SmtpStage.Recipient, 550, "", "Relay not allowed.")]
    [InlineData(SmtpStage.Recipient, 554, "5.7.1", "<a@b.example>: Relay access denied")]
    [InlineData(SmtpStage.Recipient, 550, "", "relaying disallowed")]
    [InlineData(SmtpStage.Recipient, 553, "", "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")]
    [InlineData(
        SmtpStage.Recipient,
        550,
        "5.7.1",
        "Invalid credentials for relay [192.0.2.1]. The IP address you've registered doesn't match"
    )]
    [InlineData(SmtpStage.Recipient, 550, "5.7.1", "relaying needs a sign-in")]
    [InlineData(SmtpStage.Authentication, 535, "5.7.8", "no")]
    [InlineData(SmtpStage.Greeting, 554, "", "no service")]
    public void What_a_relay_says_about_us_is_not_said_about_the_message(
        SmtpStage stage,
        int code,
        string enhanced,
        string text
    ) => Assert.True(IsAboutUs(stage, code, enhanced, text));

    [Theory]
    [InlineData(SmtpStage.Recipient, 550, "5.1.1", "no such user")]
    [InlineData(SmtpStage.Mail, 553, "5.1.8", "bad sender")]
    [InlineData(SmtpStage.Content, 554, "5.7.1", "spam")]
    [InlineData(SmtpStage.Recipient, 450, "4.2.1", "Relay not allowed yet")]
    [InlineData(
        SmtpStage.Recipient,
        550,
        "5.7.12",
        "Sender is not authenticated by the organization: the group takes no mail from outside"
    )]
    [InlineData(SmtpStage.Recipient, 550, "", "Delivery is not allowed to this address.")]
    public void What_a_relay_says_about_the_message_is(SmtpStage stage, int code, string enhanced, string text) =>
        Assert.False(IsAboutUs(stage, code, enhanced, text));

    private static bool IsAboutUs(SmtpStage stage, int code, string enhanced, string text) =>
        RelayRefusal.IsAboutUs(
            SmtpOutcome.Of(stage, new SmtpReply(code, enhanced, text)),
            "relay.example [192.0.2.2]:587",
            ReplyTable.Shipped
        );
}
