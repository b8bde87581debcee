using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Delivery;

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
    [InlineData(SmtpStage.Authentication, 535, "5.7.8", "no")]
    [InlineData(SmtpStage.Greeting, 554, "", "no service")]
    public void What_a_relay_says_about_us_is_not_said_about_the_message(
        SmtpStage stage,
        int code,
        string enhanced,
        string text
    ) => Assert.True(RelayRefusal.IsAboutUs(SmtpOutcome.Of(stage, new SmtpReply(code, enhanced, text))));

    [Theory]
    [InlineData(SmtpStage.Recipient, 550, "5.1.1", "no such user")]
    [InlineData(SmtpStage.Mail, 553, "5.1.8", "bad sender")]
    [InlineData(SmtpStage.Content, 554, "5.7.1", "spam")]
    [InlineData(SmtpStage.Recipient, 450, "4.2.1", "Relay not allowed yet")]
    public void What_a_relay_says_about_the_message_is(SmtpStage stage, int code, string enhanced, string text) =>
        Assert.False(RelayRefusal.IsAboutUs(SmtpOutcome.Of(stage, new SmtpReply(code, enhanced, text))));
}
