using System.Globalization;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>Which way is open, by which mail should go, and what is in the way.</summary>
public sealed class WayOutTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly DoctorRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task Where_port_25_is_open_mail_leaves_directly()
    {
        DoctorReport report = await _rig.OpenPort25().RunAsync();

        Assert.Equal("4 of 4 large providers can be reached", Of(report, "port-25-ipv4", CheckVerdict.Ok).Words);
        Assert.StartsWith("Mail leaves this machine directly", report.Advice.Words, StringComparison.Ordinal);
        Assert.Empty(report.Advice.Changes);
        // A provider is told our name, and nothing else.
        Assert.All(_rig.Exchanges, mx => Assert.Equal(["EHLO node.example", "QUIT"], mx.Lines));
    }

    /// <summary>It is one, whoever's names it answers for, and nobody we know.</summary>
    [Fact(Timeout = Patience)]
    public async Task Whoever_answers_in_the_place_of_all_is_no_witness_of_the_time()
    {
        string greeting = $"220 box.isp.example ESMTP {ReceivedField.Date(TimeProvider.System.GetUtcNow().AddHours(-2))}";

        DoctorReport report = await _rig.OpenPort25(greeting, greeting, greeting, greeting).RunAsync();

        Of(report, "clock", CheckVerdict.NotChecked);
        First(report, "port-25-ipv4", CheckVerdict.Failure);
    }

    [Theory(Timeout = Patience)]
    [InlineData("-2", CheckVerdict.Warning, "nobody bears that out")]
    [InlineData("-2 -2", CheckVerdict.Failure, "")]
    [InlineData("-2 -4", CheckVerdict.Warning, "nobody bears that out")]
    [InlineData("-2 -2 0", CheckVerdict.Warning, "and near that of mx.yahoo.com")]
    public async Task Who_tells_another_time_may_be_wrong_himself(string hours, CheckVerdict verdict, string words)
    {
        string[] told = hours.Split(' ');
        string[] greetings = ["mx.gmail.com", "mx.outlook.com", "mx.yahoo.com", "mx.gmx.net"];
        greetings = [.. greetings.Select((name, i) => $"220 {name} ESMTP {(i < told.Length ? Date(told[i]) : "")}")];

        Assert.EndsWith(words, Of(await _rig.OpenPort25(greetings).RunAsync(), "clock", verdict).Words, StringComparison.Ordinal);
    }

    private static string Date(string hours) =>
        ReceivedField.Date(TimeProvider.System.GetUtcNow().AddHours(int.Parse(hours, CultureInfo.InvariantCulture)));

    /// <summary>It is asked by machines that have no other way to be seen: the rest of the report is for them.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_hub_that_cannot_be_asked_is_a_warning_beside_everything_else()
    {
        _rig.HubTrouble = "'hub.example': connection refused. Compare address and port.";

        DoctorReport report = await _rig.RunAsync();

        Assert.Equal(
            "the hub could not be asked: 'hub.example': connection refused. Compare address and port",
            Of(report, "address", CheckVerdict.Warning).Cause
        );
        First(report, "port-25-ipv4", CheckVerdict.Failure);
    }

    [Fact(Timeout = Patience)]
    public async Task Port_25_that_is_closed_is_a_failure_where_nothing_else_carries_mail()
    {
        DoctorReport report = await _rig.RunAsync();

        Finding first = First(report, "port-25-ipv4", CheckVerdict.Failure);
        Assert.StartsWith(
            "no connection to mx.gmail.com, mx.outlook.com, mx.yahoo.com, mx.gmx.net: connection refused",
            first.Words,
            StringComparison.Ordinal
        );
        Assert.Equal("packetboat join https://HUB CODE", report.Advice.Command);
    }

    [Fact(Timeout = Patience)]
    public async Task A_DNS_that_knows_its_own_network_alone_is_not_what_keeps_mail_from_a_relay_that_is_down()
    {
        _rig.UseRelay();
        await _rig.Hub!.DisposeAsync();
        var ownNetwork = new ZoneResolver("localhost A 127.0.0.1", "node.example A 127.0.0.1");

        DoctorReport report = await _rig.RunAsync(ownNetwork);

        Of(report, "relay", CheckVerdict.Failure);
        Assert.EndsWith("and will when what stands first here is mended.", report.Advice.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Port_25_that_is_closed_does_not_matter_where_a_relay_takes_us()
    {
        DoctorReport report = await _rig.UseRelay().RunAsync();

        Assert.EndsWith(
            "It does not matter: mail goes to the relay",
            Of(report, "port-25-ipv4", CheckVerdict.Ok).Words,
            StringComparison.Ordinal
        );
        Assert.Matches(
            @"^localhost \[127\.0\.0\.1\]:\d+ \(TLS 1\.[23] verified, AUTH PLAIN as MYBBS\)$",
            Of(report, "relay").Words
        );
        Assert.Matches(@"^Mail leaves this machine through localhost:\d+ as MYBBS, and that works\.$", report.Advice.Words);
    }

    [Fact(Timeout = Patience)]
    public async Task A_password_that_the_relay_refuses_comes_first_and_is_shown_to_it_once()
    {
        _rig.UseRelay();
        _rig.Hub!.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 wrong \x1b[31mpassword" : null;

        DoctorReport report = await _rig.RunAsync();

        Finding first = First(report, "relay", CheckVerdict.Failure);
        Assert.EndsWith("535 5.7.8 wrong ?[31mpassword", first.Words, StringComparison.Ordinal);
        Assert.Equal(
            "See whether the relay's name and password are set and right: RelayUsername and RelayPassword, or Username and Password of the rule or relay that is named",
            first.Remedy
        );
        Assert.Equal(CheckVerdict.Warning, Of(report, "port-25-ipv4").Verdict);
        Assert.Single(_rig.Hub.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.DoesNotContain(DoctorRig.Password, Json(report), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_relay_that_is_known_and_not_used_is_switched_on_where_port_25_is_closed()
    {
        DoctorReport report = await _rig.UseRelay(MailOptions.ALLOW_POP3 | MailOptions.RELAY_AUTH_PLAIN).RunAsync();

        First(report, "port-25-ipv4", CheckVerdict.Failure);
        Assert.Equal(
            [new SettingChange("sbbs.ini", "Mail", "Options", "ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN")],
            report.Advice.Changes
        );
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_mode_that_is_advised_is_one_in_which_the_relay_that_is_known_takes_mail(bool isTrusted)
    {
        _rig.UseRelay(MailOptions.ALLOW_POP3)
            .ChangeMail(mail => mail with { RelayUsername = "", RelayPassword = default })
            .Change(ours => ours with { RelayTrustedInClear = isTrusted });
        _rig.SaysMode = true;
        _rig.Hub!.Certificate = null;

        DoctorReport report = await _rig.RunAsync();

        // What goes around (Auto) goes over verified TLS, or where nobody can listen.
        Assert.Equal(
            isTrusted
                ? [new SettingChange("packetboat.ini", "Delivery", "DeliveryMode", "Auto")]
                :
                [
                    new SettingChange("sbbs.ini", "Mail", "Options", "ALLOW_POP3 | RELAY_TX"),
                    new SettingChange("packetboat.ini", "Delivery", "DeliveryMode", "Relay"),
                ],
            report.Advice.Changes
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Where_mode_auto_has_a_relay_that_answers_a_closed_port_25_leaves_nothing_to_do()
    {
        DoctorReport report = await UseAuto().RunAsync();

        Assert.Equal(CheckVerdict.Ok, Of(report, "port-25-ipv4").Verdict);
        Assert.DoesNotContain(report.Findings, finding => finding.Verdict == CheckVerdict.Failure);
        Assert.Matches(
            @"^Mail leaves this machine through localhost:\d+ while port 25 is closed, and directly when it is open, as DeliveryMode Auto says\.$",
            report.Advice.Words
        );
        Assert.Empty(report.Advice.Changes);
        // Receivers see the relay: SPF has to name it.
        Assert.Equal(CheckVerdict.Ok, Of(report, "spf").Verdict);
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_relay_sends_from_is_what_the_operator_says(bool isSaid)
    {
        _rig.Zone.Add("node.example TXT v=spf1 ip4:192.0.2.50 -all");
        _rig.UseRelay();
        if (isSaid)
            _rig.Change(ours => ours with { SendingAddresses = [System.Net.IPAddress.Parse("192.0.2.50")] });

        Finding spf = Of(await _rig.RunAsync(), "spf", isSaid ? CheckVerdict.Ok : CheckVerdict.Failure);

        if (!isSaid)
            Assert.EndsWith("write those into SendingAddresses of packetboat.ini first", spf.Remedy, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_mode_auto_has_a_relay_that_refuses_us_that_is_what_to_mend()
    {
        UseAuto();
        _rig.Hub!.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null;

        DoctorReport report = await _rig.RunAsync();

        First(report, "relay", CheckVerdict.Failure);
        Assert.Single(report.Findings, finding => finding.Verdict == CheckVerdict.Failure);
    }

    [Fact(Timeout = Patience)]
    public async Task One_host_that_answers_for_all_providers_is_found_out()
    {
        const string Impostor = "220 proxy.isp.example ESMTP";

        DoctorReport report = await _rig.OpenPort25(Impostor, Impostor, Impostor, Impostor).RunAsync();

        Assert.StartsWith(
            "proxy.isp.example answers in the place of mx.gmail.com",
            First(report, "port-25-ipv4", CheckVerdict.Failure).Words,
            StringComparison.Ordinal
        );
        Assert.Equal("packetboat join https://HUB CODE", report.Advice.Command);
    }

    [Fact(Timeout = Patience)]
    public async Task A_provider_that_turns_us_away_is_quoted_and_explained()
    {
        DoctorReport report = await _rig.OpenPort25("554 5.7.1 192.0.2.1 is blocked, see https://www.spamhaus.org/query")
            .RunAsync();

        Finding first = First(report, "port-25-ipv4", CheckVerdict.Failure);
        Assert.Contains("1 turn us away: mx.gmail.com: 554 5.7.1 192.0.2.1 is blocked", first.Words, StringComparison.Ordinal);
        Assert.Contains("Spamhaus", first.Cause, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_the_dns_does_not_answer_that_is_the_one_failure()
    {
        var silent = new ZoneResolver(
            "gmail.com FAILS",
            "outlook.com FAILS",
            "yahoo.com FAILS",
            "gmx.net FAILS",
            "localhost FAILS",
            "node.example FAILS"
        );

        DoctorReport report = await _rig.UseRelay().RunAsync(silent);

        First(report, "dns", CheckVerdict.Failure);
        Assert.Single(report.Findings, finding => finding.Verdict == CheckVerdict.Failure);
        Assert.Equal("the DNS does not answer", Of(report, "port-25-ipv4", CheckVerdict.NotChecked).Words);
        Assert.StartsWith(
            "the DNS does not answer",
            Of(report, "relay", CheckVerdict.NotChecked).Words,
            StringComparison.Ordinal
        );
        Assert.EndsWith("when the DNS answers as it should.", report.Advice.Words, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_name_server_that_knows_nothing_of_the_internet_is_the_one_failure()
    {
        DoctorReport report = await _rig.RunAsync(new ZoneResolver());

        Assert.Contains("there is no gmail.com", First(report, "dns", CheckVerdict.Failure).Words, StringComparison.Ordinal);
        Assert.Single(report.Findings, finding => finding.Verdict == CheckVerdict.Failure);
    }

    [Fact(Timeout = Patience)]
    public async Task A_hub_that_was_asked_counts_more_than_what_relays_mention()
    {
        _rig.UseRelay();
        _rig.Hub!.Answer = line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "250 localhost greets [192.0.2.8]" : null;
        Assert.StartsWith("192.0.2.8, says localhost", Of(await _rig.RunAsync(), "address").Words, StringComparison.Ordinal);

        _rig.Seen = (System.Net.IPAddress.Parse("192.0.2.7"), "hub.example");

        Assert.Equal("192.0.2.7, says hub.example", Of(await _rig.RunAsync(), "address").Words);
    }

    private DoctorRig UseAuto()
    {
        _rig.Zone.Add("node.example TXT v=spf1 ip4:127.0.0.1 -all");
        return _rig.UseRelay(MailOptions.RELAY_AUTH_PLAIN).Change(ours => ours with { DeliveryMode = DeliveryMode.Auto });
    }

    private static string Json(DoctorReport report) =>
        System.Text.Json.JsonSerializer.Serialize(report, DoctorJson.Default.DoctorReport);

    private static Finding Of(DoctorReport report, string check, CheckVerdict? verdict = null)
    {
        Finding found = Assert.Single(report.Findings, finding => finding.Check == check);
        Assert.True(verdict is null || found.Verdict == verdict, found.ToString());
        return found;
    }

    private static Finding First(DoctorReport report, string check, CheckVerdict verdict)
    {
        Assert.Equal((check, verdict), (report.First?.Check, report.Verdict));
        return report.First!;
    }
}
