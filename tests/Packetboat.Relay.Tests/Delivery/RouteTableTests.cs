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

        Assert.Equal(route, table.RouteOf(from, account, MailAddress.Parse(recipient), RoutingState.Empty, Now).Name);
        Assert.Equal(route, table.Decide(from, account, MailAddress.Parse(recipient), RoutingState.Empty, Now).Route.Name);
    }

    [Theory]
    [InlineData("a@secret.example", "PARTNER", "b@x.friend.example", "secret")]
    [InlineData("a@b.example", "PARTNER", "b@x.friend.example", null)]
    [InlineData(null, null, "b@c.example", null)]
    public void The_rule_that_keeps_mail_in_is_known_before_it_is_taken(string? sender, string? account, string to, string? rule)
    {
        MailAddress? from = sender is null ? null : MailAddress.Parse(sender);
        Assert.Equal(rule, Table().NeverFor(from, account, MailAddress.Parse(to))?.Name);
    }

    [Fact]
    public void A_rule_in_front_of_never_lets_its_mail_leave()
    {
        RouteTable table = Of(
            "[Route:friends]\nAction = direct\nRecipientDomain = friend.example\n[Route:inside]\nAction = never\nAccount = TESTBBS\n"
        );
        Assert.Null(table.NeverFor(null, "TESTBBS", MailAddress.Parse("b@friend.example")));
        Assert.Equal("inside", table.NeverFor(null, "TESTBBS", MailAddress.Parse("b@other.example"))?.Name);
    }

    [Fact]
    public void A_decision_says_why_and_what_would_change_it()
    {
        RouteDecision decision = Table()
            .Decide(MailAddress.Parse("a@b.example"), null, MailAddress.Parse("b@x.friend.example"), RoutingState.Empty, Now);

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

        RouteDecision decision = table.Decide(null, null, MailAddress.Parse("b@c.example"), RoutingState.Empty, Now);

        Assert.Equal("relay hub.example:587", decision.Route.Name);
        Assert.Equal("RELAY_TX: no rule matches, and all other mail goes to RelayServer", decision.Because);
        Assert.Equal(2, table.Relays.Count);
    }

    [Fact]
    public void Moved_mail_goes_to_the_relay_and_says_for_how_long()
    {
        RouteTable table = new(
            ConfigurationFolder.ReadFile("[Mail]\nRelayServer=hub.example\n", "[Delivery]\nDeliveryMode=Auto\n").Settings!
        );
        var move = new RouteMove("Gmail", "it refuses us", Now, Now.AddHours(1), 0, []);
        RoutingState none = RoutingState.Empty;
        var state = new RoutingState(none.Moves.Add("Gmail", move), none.Providers.Add("c.example", "Gmail"));

        RouteDecision moved = table.Decide(null, null, MailAddress.Parse("b@c.example"), state, Now);
        Assert.StartsWith("relay hub.example:", moved.Route.Name, StringComparison.Ordinal);
        Assert.Equal("DeliveryMode Auto: there is no rule; it refuses us", moved.Because);
        Assert.Equal("directly, once that works: it is tried again at 2026-01-01 01:00:00Z", moved.Otherwise[0]);
        Assert.True(table.HasLeft("mx c.example", state, Now));
        Assert.False(table.HasLeft("mx d.example", state, Now));

        RouteDecision probe = table.Decide(null, null, MailAddress.Parse("b@c.example"), state, Now.AddHours(1));
        Assert.Equal("mx c.example", probe.Route.Name);
        Assert.StartsWith("relay hub.example:25, if port 25 is blocked", probe.Otherwise[0], StringComparison.Ordinal);
        Assert.Contains("DeliveryMode Direct or Relay", probe.Otherwise[^1], StringComparison.Ordinal);
        Assert.False(table.HasLeft("mx c.example", state, Now.AddHours(1)));
    }

    private static DateTimeOffset Now => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static RouteTable Of(string rules) => new(ConfigurationFolder.ReadFile("[Mail]\n", rules).Settings!);

    private static RouteTable Table(string mail = "") => new(ConfigurationFolder.ReadFile($"[Mail]\n{mail}\n", Rules).Settings!);
}
