using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Tests.Delivery;

public sealed class DialSettingsTests
{
    private static readonly Settings Defaults = ConfigurationReader.Defaults("/nowhere", "node.example");

    [Fact]
    public void Who_says_nothing_about_silence_gives_the_hosts_that_we_call_the_times_of_the_RFC() =>
        Assert.Equal(SmtpClientTimeouts.Default, SendMail.DialSettingsOf(Defaults).Timeouts);

    [Fact]
    public void MaxInactivity_holds_for_the_hosts_that_we_call_too()
    {
        Settings hasty = Defaults with { Mail = Defaults.Mail with { MaxInactivity = TimeSpan.FromSeconds(12) } };

        SmtpClientTimeouts times = SendMail.DialSettingsOf(hasty).Timeouts;

        Assert.Equal(TimeSpan.FromSeconds(30), times.Greeting);
        Assert.Equal(TimeSpan.FromSeconds(12), times.DataStart);
        Assert.Equal(SmtpClientTimeouts.Default.FinalDot, times.FinalDot); // giving up there sends the message twice
        Assert.Equal(SmtpClientTimeouts.Default.Goodbye, times.Goodbye);
    }
}
