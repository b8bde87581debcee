using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Relay.Tests.Tokens;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>All relays that are written down are signed in to, each with its own credentials, and each once.</summary>
public sealed class ManyRelaysTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly DoctorRig _rig = new();
    private readonly TokenRig _tokens = new();
    private readonly ScriptedServer _second = new()
    {
        Extensions = ["AUTH PLAIN XOAUTH2", "OK"],
        Certificate = TestCertificates.Server,
        Greeting = "220 localhost ESMTP",
    };

    public ManyRelaysTests() => _rig.UseRelay();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The other server, as a section of its own describes it.</summary>
    private RelaySettings Second =>
        new("localhost", _second.Port, ImplicitTls: false, "second", new Secret("other77"), RelayMechanism.Plain);

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _tokens.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_backup_that_refuses_us_is_a_warning_while_the_first_takes_us()
    {
        Refuse(_second);
        UseBackup();

        DoctorReport report = await _rig.RunAsync();

        Assert.Equal(CheckVerdict.Ok, Of(report, "relay").Verdict);
        Finding backup = Of(report, "relay-second");
        Assert.Equal(CheckVerdict.Warning, backup.Verdict);
        Assert.Contains("the relay refuses Username second of [Relay:second]", backup.Words, StringComparison.Ordinal);
        Assert.Contains($"mail goes by localhost:{_rig.Hub!.Port} meanwhile", backup.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task The_first_that_refuses_us_is_a_warning_while_a_backup_takes_us()
    {
        Refuse(_rig.Hub!);
        UseBackup();

        DoctorReport report = await _rig.RunAsync();

        Assert.Equal(CheckVerdict.Warning, Of(report, "relay").Verdict);
        Assert.Equal(CheckVerdict.Ok, Of(report, "port-25-ipv4").Verdict);
        Assert.Equal(
            $"Mail leaves this machine through localhost:{_second.Port}, as localhost:{_rig.Hub!.Port} does not take it at present.",
            report.Advice.Words
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Where_no_relay_of_the_list_takes_us_each_is_a_failure()
    {
        Refuse(_rig.Hub!);
        Refuse(_second);
        UseBackup();

        DoctorReport report = await _rig.RunAsync();

        Assert.Equal(
            ["relay", "relay-second"],
            report
                .Findings.Where(one =>
                    one.Verdict == CheckVerdict.Failure && one.Check.StartsWith("relay", StringComparison.Ordinal)
                )
                .Select(one => one.Check)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task The_credentials_of_a_rule_are_tried_and_what_two_sections_share_once()
    {
        Refuse(_second);
        UseRules(Second with { Rule = "club" }, Second with { Rule = "shop" });

        DoctorReport report = await _rig.RunAsync();

        Assert.Equal(CheckVerdict.Failure, Of(report, "relay-rule-club").Verdict);
        Assert.Equal(CheckVerdict.Failure, Of(report, "relay-rule-shop").Verdict);
        // The last sentence does not say that all is well.
        Assert.EndsWith(
            "Mail of [Route:club] and [Route:shop] does not leave: no relay of theirs takes it.",
            report.Advice.Words,
            StringComparison.Ordinal
        );
        Assert.Single(_second.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task A_token_is_shown_to_its_relay_as_delivery_shows_it()
    {
        await _tokens.SignInAsync(Ct);
        _rig.Tokens = _tokens.Keeper;
        UseToken();

        Finding found = Of(await _rig.RunAsync(), "relay-rule-office");

        Assert.True(found.Verdict == CheckVerdict.Ok, found.ToString());
        Assert.Contains("AUTH XOAUTH2 as second", found.Words, StringComparison.Ordinal);
        // Sealed in the store before the access token was used: the server goes on with it.
        Assert.NotNull(_tokens.FindToken("office"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_token_for_which_nobody_has_signed_in_is_a_failure_that_says_how()
    {
        _rig.Tokens = _tokens.Keeper;
        UseToken();

        Finding found = Of(await _rig.RunAsync(), "relay-rule-office");

        Assert.Equal(CheckVerdict.Failure, found.Verdict);
        Assert.Contains("packetboat token sign-in office", found.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Without_the_store_a_token_is_not_checked_and_the_relay_not_called()
    {
        UseToken();

        Finding found = Of(await _rig.RunAsync(), "relay-rule-office");

        Assert.Equal(CheckVerdict.NotChecked, found.Verdict);
        Assert.Equal(0, _second.Connections);
    }

    private void UseBackup() => _rig.ChangeAll(all => all with { Backups = [Second with { Backup = "second" }] });

    private void UseRules(params RelaySettings[] relays) =>
        _rig.ChangeAll(all =>
            all with
            {
                Routes =
                [
                    .. relays.Select(relay => new RouteRule(relay.Rule, RouteAction.Relay)
                    {
                        Relay = relay,
                        Accounts = ["MYBBS"],
                    }),
                ],
            }
        );

    private void UseToken() =>
        UseRules(Second with { Rule = "office", Mechanism = RelayMechanism.Token, Password = default, Token = _tokens.Token });

    private static void Refuse(ScriptedServer server) =>
        server.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null;

    private static Finding Of(DoctorReport report, string check) => Assert.Single(report.Findings, one => one.Check == check);
}
