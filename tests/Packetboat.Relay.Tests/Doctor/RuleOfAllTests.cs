using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>A rule that takes all mail decides about it, and what RelayServer and DeliveryMode say does not count.</summary>
public sealed class RuleOfAllTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly DoctorRig _rig = new();
    private readonly ScriptedServer _second = new()
    {
        Extensions = ["AUTH PLAIN", "OK"],
        Certificate = TestCertificates.Server,
        Greeting = "220 localhost ESMTP",
    };

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Its_relay_is_the_one_that_mail_leaves_by()
    {
        Use(RouteAction.Relay, relayServer: "");

        DoctorReport report = await _rig.RunAsync();

        Assert.Equal(
            $"Mail leaves this machine through localhost:{_second.Port} as second, and that works.",
            report.Advice.Words
        );
        Assert.EndsWith("It does not matter: mail goes to the relay", Of(report, "port-25-ipv4").Words, StringComparison.Ordinal);
        Assert.Equal("receivers see the address of localhost, and not this one's", Of(report, "ptr").Words);
        Assert.Equal("RelayServer is blank: mail goes by [Route:all]", Of(report, "relay").Words);
        Assert.Equal(CheckVerdict.Ok, Of(report, "relay-rule-all").Verdict);
    }

    [Fact(Timeout = Patience)]
    public async Task RelayServer_beside_it_is_signed_in_to_and_said_to_carry_nothing()
    {
        Use(RouteAction.Relay);
        Assert.EndsWith(
            "; [Route:all] takes all mail, so that nothing goes there",
            Of(await _rig.RunAsync(), "relay").Words,
            StringComparison.Ordinal
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Where_it_takes_the_direct_way_first_it_is_what_says_so()
    {
        Use(RouteAction.Auto, relayServer: "");

        Assert.Equal(
            $"Mail leaves this machine through localhost:{_second.Port} while port 25 is closed, and directly when it is open, as [Route:all] says.",
            (await _rig.RunAsync()).Advice.Words
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Where_it_has_mail_leave_directly_and_nothing_does_its_own_line_is_advised()
    {
        Use(RouteAction.Direct);

        Advice advice = (await _rig.RunAsync()).Advice;

        Assert.Equal("Action = relay in [Route:all] of packetboat.ini", Assert.Single(advice.Changes).ToString());
    }

    [Fact(Timeout = Patience)]
    public async Task Where_it_keeps_all_mail_in_none_is_said_to_leave()
    {
        Use(RouteAction.Never);
        Assert.Equal(
            "Mail that no other rule takes stays on this machine, as [Route:all] says.",
            (await _rig.RunAsync()).Advice.Words
        );

        _rig.ChangeAll(all => all with { Routes = [all.Routes[1]] });
        DoctorReport report = await _rig.RunAsync();
        Assert.Equal("Mail stays on this machine, as [Route:all] says.", report.Advice.Words);
        Assert.Equal(["domain"], report.Findings.Where(one => one.Verdict == CheckVerdict.Failure).Select(one => one.Check));
        Assert.Equal("no mail leaves directly, as [Route:all] says", Of(report, "port-25-ipv4").Words);
        Assert.Equal("no mail leaves from this address, as [Route:all] says", Of(report, "ptr").Words);
    }

    /// <summary>The relay of the others does not help it.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_closed_port_matters_to_a_rule_whose_mail_leaves_directly()
    {
        Use(RouteAction.Relay, relayServer: "", club: RouteAction.Direct);
        Finding port = Of(await _rig.RunAsync(), "port-25-ipv4");
        Assert.Equal(CheckVerdict.Failure, port.Verdict);
        Assert.EndsWith("; mail of [Route:club] leaves no other way", port.Words, StringComparison.Ordinal);
    }

    /// <summary>RelayServer is another that would take us too.</summary>
    private void Use(RouteAction action, string relayServer = "localhost", RouteAction club = RouteAction.Relay)
    {
        _rig.UseRelay(MailOptions.RELAY_AUTH_PLAIN).ChangeMail(mail => mail with { RelayServer = relayServer });
        var relay = new RelaySettings("localhost", _second.Port, false, "second", new Secret("other77"), RelayMechanism.Plain)
        {
            Rule = "all",
        };
        _rig.ChangeAll(all =>
            all with
            {
                Routes =
                [
                    new RouteRule("club", club)
                    {
                        Accounts = ["CLUB"],
                        Relay = club == RouteAction.Relay ? relay with { Rule = "club" } : null,
                    },
                    new RouteRule("all", action) { Relay = action is RouteAction.Relay or RouteAction.Auto ? relay : null },
                ],
            }
        );
    }

    private static Finding Of(DoctorReport report, string check) => Assert.Single(report.Findings, one => one.Check == check);
}
