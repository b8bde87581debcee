using System.Globalization;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Signing;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>
/// Set-ups of which one thing is broken, sometimes with all that follows from it: the report names that one first, and has no other failure
/// unless a second thing is broken too.
/// </summary>
public sealed class BrokenSetUpTests : IAsyncDisposable
{
    private const int Patience = 60_000;
    private const string Own = "192.0.2.7";
    private const string OwnBackwards = "7.2.0.192";

    private readonly DoctorRig _rig = new();
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();
    private readonly Dictionary<string, string> _zone;
    private TimeSpan _clock = TimeSpan.Zero;

    public BrokenSetUpTests() =>
        _zone = new(StringComparer.Ordinal)
        {
            ["ptr"] = $"{Own} PTR node.example",
            ["address"] = $"node.example A {Own}",
            ["mx"] = "node.example MX 10 mx.gmail.com",
            ["spf"] = $"node.example TXT v=spf1 ip4:{Own} ip4:127.0.0.1 -all",
            ["dkim"] = $"s._domainkey.node.example TXT {_key.Record}",
            ["dmarc"] = "_dmarc.node.example TXT v=DMARC1; p=reject; rua=mailto:postmaster@node.example",
        };

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _key.Dispose();
    }

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_set_up_that_is_whole_has_no_failure_and_no_warning(bool relay)
    {
        DoctorReport report = await RunAsync(relay);

        Assert.True(report.Verdict == CheckVerdict.Ok, string.Join('\n', report.Findings));
        Assert.Equal(relay ? "not-checked" : "ok", Word(report, "ptr"));
        Assert.Equal("ok", Word(report, "clock"));
        Assert.Equal("ok", Word(report, "dmarc"));
    }

    [Theory(Timeout = Patience)]
    [InlineData("the DNS is silent", "dns")]
    [InlineData("the disk is full", "disk")]
    [InlineData("the clock is off", "clock")]
    [InlineData("the relay refuses the password", "relay")]
    [InlineData("nobody vouches for the relay's certificate", "relay")]
    [InlineData("port 25 is closed", "port-25-ipv4")]
    [InlineData("port 25 is closed, and the address has no name and is listed", "port-25-ipv4")]
    [InlineData("the address has no name", "ptr")]
    [InlineData("the name of the address leads elsewhere", "ptr")]
    [InlineData("the address is listed", "listing")]
    [InlineData("it is a home address without a name", "listing")]
    [InlineData("SPF does not name the relay", "spf")]
    [InlineData("the record of the DKIM key is gone", "dkim")]
    [InlineData("everybody may relay", "open-relay")]
    [InlineData("the domain does not exist", "domain")]
    public async Task The_one_true_cause_stands_first(string broken, string check)
    {
        bool relay = Break(broken);

        DoctorReport report = await RunAsync(relay);

        string all = string.Join('\n', report.Findings);
        Assert.True((check, CheckVerdict.Failure) == (report.First?.Check, report.Verdict), all);
        // What has a name of its own besides: the second thing.
        string[] others = broken == "it is a home address without a name" ? ["listing", "ptr"] : [check];
        Assert.True(
            others.SequenceEqual(report.Findings.Where(one => one.Verdict == CheckVerdict.Failure).Select(one => one.Check)),
            all
        );
        Assert.NotEmpty(report.First!.Remedy);
    }

    [Theory(Timeout = Patience)]
    [InlineData("198.51.*", true)]
    [InlineData("172.200.0.0/16", true)]
    [InlineData("198.51.100.*", false)]
    [InlineData("192.168.*", false)]
    [InlineData("10.0.0.0/8", false)]
    public async Task A_network_that_is_larger_than_ones_own_is_an_open_relay(string line, bool isOpen)
    {
        File.WriteAllText(Path.Combine(_rig.Folder, "relay.cfg"), line + "\n");
        Assert.Equal(isOpen ? "failure" : "ok", Word(await RunAsync(relay: false), "open-relay"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_an_open_relay_has_brought_about_stands_behind_it()
    {
        Break("everybody may relay");
        Break("the address is listed");

        DoctorReport report = await RunAsync(relay: false);

        Assert.Equal(
            ["open-relay", "listing"],
            report.Findings.Where(one => one.Verdict == CheckVerdict.Failure).Select(one => one.Check)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task An_answer_to_open_resolvers_is_no_listing()
    {
        _rig.Zone.Add($"{OwnBackwards}.zen.spamhaus.org A 127.255.255.254");

        DoctorReport report = await RunAsync(relay: false);

        Finding listing = Assert.Single(report.Findings, one => one.Check == "listing");
        Assert.Equal(CheckVerdict.Ok, listing.Verdict);
        Assert.Contains("asked through an open resolver", listing.Words, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("it is a home address without a name")]
    [InlineData("the address has no name")]
    [InlineData("the address is listed")]
    public async Task An_open_port_is_no_way_out_for_an_address_that_is_refused(string broken)
    {
        Break(broken);
        DoctorReport alone = await RunAsync(relay: false);
        Assert.StartsWith("Mail can leave this machine, but receivers refuse", alone.Advice.Words, StringComparison.Ordinal);
        Assert.Equal("packetboat join https://HUB CODE", alone.Advice.Command);

        // A relay that is written down, and not used.
        _rig.UseRelay(MailOptions.RELAY_AUTH_PLAIN);
        DoctorReport unused = await _rig.RunAsync();
        Assert.Matches(
            "^Mail should leave this machine through localhost:[0-9]+, which takes us; receivers refuse the address of this machine\\.$",
            unused.Advice.Words
        );
        Assert.Equal("Options", Assert.Single(unused.Advice.Changes).Key);

        _rig.Change(ours => ours with { DeliveryMode = DeliveryMode.Auto });
        DoctorReport auto = await _rig.RunAsync();
        Assert.StartsWith(
            "Mail leaves this machine directly where it is taken, and through",
            auto.Advice.Words,
            StringComparison.Ordinal
        );
        Assert.Empty(auto.Advice.Changes);
    }

    [Fact(Timeout = Patience)]
    public async Task A_list_that_lists_everybody_says_nothing()
    {
        Break("the address is listed");
        _rig.Zone.Add("1.0.0.127.zen.spamhaus.org A 127.0.0.4");

        Assert.Equal("ok", Word(await RunAsync(relay: false), "listing"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_DMARC_record_that_cannot_be_read_is_replaced_by_one_that_can()
    {
        _zone["another"] = "_dmarc.node.example TXT v=DMARC1; p=reject";

        Finding finding = (await RunAsync(relay: true)).Findings.Single(one => one.Check == "dmarc");

        Assert.Equal(
            (CheckVerdict.Failure, "_dmarc.node.example has 2 records; only one may be"),
            (finding.Verdict, finding.Words)
        );
        Assert.Equal(
            "_dmarc.node.example. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@node.example\"",
            Assert.Single(finding.Publish).ZoneLine
        );
    }

    [Fact(Timeout = Patience)]
    public async Task Of_a_new_pair_of_keys_both_records_are_to_be_published()
    {
        new DkimKeyFolder(_rig.Folder, TimeProvider.System).AddPair("node.example", "new");

        Finding dkim = (await RunAsync(relay: true)).Findings.Single(one => one.Check == "dkim");

        Assert.Equal(CheckVerdict.Warning, dkim.Verdict);
        Assert.Equal(
            ["new-ed._domainkey.node.example", "new._domainkey.node.example"],
            dkim.Publish.Select(record => record.Name).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>Most large relays send from others than their name has, and have a record of their own to include.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_record_that_takes_in_others_may_name_the_relay_although_its_name_has_another_address()
    {
        _zone["spf"] = "node.example TXT v=spf1 include:_spf.relay.example -all";
        _zone["its"] = "_spf.relay.example TXT v=spf1 ip4:198.51.100.0/24 -all";
        _zone.Remove("dkim");

        DoctorReport report = await RunAsync(relay: true);

        Finding spf = report.Findings.Single(one => one.Check == "spf");
        Assert.Equal(CheckVerdict.Warning, spf.Verdict);
        Assert.StartsWith(
            "Write the addresses that the relay sends from into SendingAddresses",
            spf.Remedy,
            StringComparison.Ordinal
        );
        Assert.Equal("warning", Word(report, "dmarc"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_record_that_nobody_can_evaluate_is_wrong_whatever_it_takes_in()
    {
        _zone["spf"] = "node.example TXT v=spf1 include:gone.example -all";
        _zone.Remove("dkim");
        Assert.Equal("failure", Word(await RunAsync(relay: true), "spf"));
    }

    /// <summary>The record that cannot be read is the organization's.</summary>
    [Fact(Timeout = Patience)]
    public async Task It_is_replaced_where_it_stands()
    {
        _zone["below"] = "mail.node.example MX 10 node.example";
        _zone["another"] = "_dmarc.node.example TXT v=DMARC1; p=reject";
        _rig.Domain = "mail.node.example";

        Finding finding = (await RunAsync(relay: true)).Findings.Single(one => one.Check == "dmarc");

        Assert.Equal("_dmarc.node.example", Assert.Single(finding.Publish).Name);
    }

    [Fact(Timeout = Patience)]
    public async Task The_records_to_publish_are_ready_to_paste()
    {
        Break("the record of the DKIM key is gone");
        _zone["spf"] = $"node.example TXT v=spf1 ip4:{Own} -all";
        _zone.Remove("dmarc");

        DoctorReport report = await RunAsync(relay: true);

        Assert.Equal(
            [
                $"node.example. IN TXT \"v=spf1 ip4:127.0.0.1 ip4:{Own} -all\"",
                $"s._domainkey.node.example. IN TXT \"{_key.Record}\"",
                "_dmarc.node.example. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@node.example\"",
            ],
            report
                .Findings.Where(one => one.Verdict >= CheckVerdict.Warning)
                .SelectMany(one => one.Publish)
                .Select(record => record.ZoneLine)
        );
        Finding voluntary = report.Findings.Single(one => one.Check == "tls-rpt");
        Assert.Equal(CheckVerdict.Ok, voluntary.Verdict);
        Assert.Equal(
            ["_smtp._tls.node.example. IN TXT \"v=TLSRPTv1; rua=mailto:postmaster@node.example\""],
            voluntary.Publish.Select(record => record.ZoneLine)
        );
    }

    /// <returns>Whether mail goes through the relay in it.</returns>
    private bool Break(string what)
    {
        switch (what)
        {
            case "the DNS is silent":
                foreach (
                    string name in (string[])["gmail.com", "outlook.com", "yahoo.com", "gmx.net", "localhost", "node.example"]
                )
                    _rig.Zone.Add($"{name} FAILS");
                return true;
            case "the disk is full":
                _rig.Change(ours => ours with { DiskReserve = long.MaxValue / 4 });
                return false;
            case "the clock is off":
                _clock = TimeSpan.FromHours(2);
                return true;
            case "the relay refuses the password":
                _rig.UseRelay();
                _rig.Hub!.Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null;
                return true;
            case "nobody vouches for the relay's certificate":
                _rig.UseRelay().Change(ours => ours with { RelayCertificateFile = "" });
                return true;
            case "port 25 is closed":
                _rig.IsShut = true;
                return false;
            case "port 25 is closed, and the address has no name and is listed":
                _rig.IsShut = true;
                _zone.Remove("ptr");
                _rig.Zone.Add($"{OwnBackwards}.zen.spamhaus.org A 127.0.0.4");
                return false;
            case "the address has no name":
                _zone.Remove("ptr");
                return false;
            case "the name of the address leads elsewhere":
                _zone["ptr"] = $"{Own} PTR host7.isp.example";
                _zone["elsewhere"] = "host7.isp.example A 192.0.2.8";
                return false;
            case "the address is listed":
                _rig.Zone.Add($"{OwnBackwards}.zen.spamhaus.org A 127.0.0.4");
                return false;
            case "it is a home address without a name":
                _rig.Zone.Add($"{OwnBackwards}.zen.spamhaus.org A 127.0.0.10");
                _zone.Remove("ptr");
                return false;
            case "SPF does not name the relay":
                _zone["spf"] = $"node.example TXT v=spf1 ip4:{Own} -all";
                return true;
            case "the record of the DKIM key is gone":
                _zone.Remove("dkim");
                return false;
            case "everybody may relay":
                File.WriteAllText(Path.Combine(_rig.Folder, "relay.cfg"), "203.113.91.77\n");
                return false;
            case "the domain does not exist":
                _rig.Domain = "nowhere.example";
                return false;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "no such set-up");
        }
    }

    private async Task<DoctorReport> RunAsync(bool relay)
    {
        string date = (TimeProvider.System.GetUtcNow() - _clock).ToString(
            "ddd, d MMM yyyy HH:mm:ss",
            CultureInfo.InvariantCulture
        );
        foreach (string line in _zone.Values)
            _rig.Zone.Add(line);
        if (!_rig.IsShut)
            _rig.OpenPort25();
        foreach (ScriptedServer exchange in _rig.Exchanges)
        {
            exchange.Greeting = $"{exchange.Greeting} {date} +0000";
            exchange.Answer = line =>
                line.StartsWith("EHLO", StringComparison.Ordinal) ? $"250 mx at your service, [{Own}]" : null;
        }

        if (relay && _rig.Hub is null)
            _rig.UseRelay();
        _rig.Hub?.Greeting = $"220 localhost ESMTP {date} +0000";
        var keys = new DkimKeyFolder(_rig.Folder, TimeProvider.System);
        keys.Use(keys.Add("node.example", "s", _key));
        return await _rig.RunAsync();
    }

    private static string Word(DoctorReport report, string check) =>
        report.Findings.Single(one => one.Check == check).Verdict switch
        {
            CheckVerdict.NotChecked => "not-checked",
            var verdict => verdict.ToString().ToLowerInvariant(),
        };
}
