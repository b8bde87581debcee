using Packetboat.Protocol.Message;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Tests.Configuration;

namespace Packetboat.Relay.Tests.Delivery;

public sealed class RouteTableTests
{
    private const string Rules = """
        [Route:secret]
        Action = never
        SenderDomain = secret.example

        [Route:partner]
        Action = relay
        Account = PARTNER
        Relay = smtp.partner.example

        [Route:own-address]
        Action = direct
        RecipientDomain = *.friend.example
        OutboundInterface = 192.0.2.7
        """;

    [Theory]
    [InlineData("a@secret.example", "PARTNER", "b@x.friend.example", "never by secret")]
    [InlineData("a@b.example", "partner", "b@x.friend.example", "relay smtp.partner.example:587 by partner")]
    [InlineData(null, "PARTNER", "b@c.example", "relay smtp.partner.example:587 by partner")]
    [InlineData("a@b.example", "OTHER", "b@x.friend.example", "mx x.friend.example by own-address")]
    [InlineData("a@b.example", null, "b@friend.example", "mx friend.example")]
    [InlineData(null, null, "b@BÜCHER.example", "mx xn--bcher-kva.example")]
    public void The_first_rule_that_matches_counts(string? sender, string? account, string recipient, string route)
    {
        RouteTable table = Table();
        MailAddress? from = sender is null ? null : MailAddress.Parse(sender);

        Assert.Equal(route, table.RouteOf(from, account, MailAddress.Parse(recipient)).Name);
        Assert.Equal(route, table.Decide(from, account, MailAddress.Parse(recipient)).Route.Name);
    }

    [Fact]
    public void A_decision_says_why_and_what_would_change_it()
    {
        RouteDecision decision = Table().Decide(MailAddress.Parse("a@b.example"), null, MailAddress.Parse("b@x.friend.example"));

        Assert.Equal(
            "[Route:own-address]: to the domain's own servers, because the recipient's domain is *.friend.example",
            decision.Because
        );
        Assert.Equal(
            [
                "[Route:secret] for a sender of secret.example",
                "[Route:partner] for the account PARTNER",
                "without [Route:own-address]: mx x.friend.example",
            ],
            decision.Otherwise
        );
    }

    [Fact]
    public void Where_no_rule_matches_the_mode_decides()
    {
        RouteTable table = Table("Options=RELAY_TX\nRelayServer=hub.example\nRelayPort=587");

        RouteDecision decision = table.Decide(null, null, MailAddress.Parse("b@c.example"));

        Assert.Equal("relay hub.example:587", decision.Route.Name);
        Assert.Equal("RELAY_TX: no rule matches, and all other mail goes to RelayServer", decision.Because);
        Assert.Equal(2, table.Relays.Count);
    }

    private static RouteTable Table(string mail = "") => new(ConfigurationFolder.ReadFile($"[Mail]\n{mail}\n", Rules).Settings!);
}
