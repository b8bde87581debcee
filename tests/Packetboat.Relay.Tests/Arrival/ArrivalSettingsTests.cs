using Packetboat.Relay.Arrival;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Arrival;

public sealed class ArrivalSettingsTests
{
    [Theory]
    [InlineData(RouteAction.Relay, true)]
    [InlineData(RouteAction.Direct, false)]
    public void A_rule_that_takes_all_mail_says_whether_it_leaves_by_a_relay(RouteAction action, bool isByRelay)
    {
        Settings settings = ConfigurationReader.Defaults("/nowhere", "hub.example");
        settings = settings with
        {
            Packetboat = settings.Packetboat with { DeliveryMode = isByRelay ? DeliveryMode.Direct : DeliveryMode.Relay },
            Routes = [new RouteRule("all", action) { Relay = isByRelay ? RelaySettings.From(settings.Mail) : null }],
        };

        Assert.Equal(isByRelay, ArrivalSettings.Of(settings).LeavesByRelay);
    }
}
