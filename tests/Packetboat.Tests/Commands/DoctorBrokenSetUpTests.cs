using System.Text.Json;
using Packetboat.Commands;
using Packetboat.Demo;
using Packetboat.Relay.Doctor;

namespace Packetboat.Tests.Commands;

/// <summary>
/// The verb itself on machines of which one thing is broken, over real sockets: the report names that one first, and no other as a failure,
/// whatever follows from it.
/// </summary>
[Collection(nameof(OneConsole))]
public sealed class DoctorBrokenSetUpTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly DoctorLab _lab = new();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_set_up_that_is_whole_exits_with_0(bool relay)
    {
        if (relay)
            _lab.UseRelay();

        CommandRun run = await _lab.RunAsync();

        Assert.True(run.Status == ExitCode.Ok, run.Out);
        Assert.DoesNotContain("FAILURE", run.Out, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("a key of the settings is misspelt", "settings")]
    [InlineData("the name server does not answer", "dns")]
    [InlineData("the disk is full", "disk")]
    [InlineData("the clock is off", "clock")]
    [InlineData("everybody may relay", "open-relay")]
    [InlineData("the relay refuses the password", "relay")]
    [InlineData("the relay refuses the password, and the name server knows its own network alone", "relay")]
    [InlineData("nobody vouches for the relay's certificate", "relay")]
    [InlineData("the relay is down", "relay")]
    [InlineData("port 25 is closed, and the address has no name and is listed", "port-25-ipv4")]
    [InlineData("one host answers for all providers", "port-25-ipv4")]
    [InlineData("the address is listed", "listing")]
    [InlineData("the address has no name", "ptr")]
    [InlineData("SPF does not name the relay", "spf")]
    [InlineData("the record of the DKIM key is gone", "dkim")]
    public async Task The_one_true_cause_stands_first(string broken, string check)
    {
        Break(broken);

        CommandRun run = await _lab.RunAsync("--json");

        DoctorReport report = JsonSerializer.Deserialize(run.Out, DoctorJson.Default.DoctorReport)!;
        Assert.True((DoctorCommand.FailureStatus, check) == (run.Status, report.First?.Check), run.Out);
        Assert.Equal([check], report.Findings.Where(one => one.Verdict == CheckVerdict.Failure).Select(one => one.Check));
        Assert.NotEmpty(report.First!.Remedy);
        Assert.DoesNotContain(DoctorLab.Password, run.Out + run.Error, StringComparison.Ordinal);
    }

    private void Break(string what)
    {
        switch (what)
        {
            case "a key of the settings is misspelt":
                _lab.Mail["Options"] = "RELAY_TXX";
                break;
            case "the name server does not answer":
                _lab.UseRelay();
                _lab.IsDnsDead = true;
                break;
            case "the disk is full":
                _lab.DiskReserve = "1000000G";
                break;
            case "the clock is off":
                _lab.ClockError = TimeSpan.FromHours(2);
                _lab.UseRelay();
                break;
            case "everybody may relay":
                File.WriteAllText(Path.Combine(_lab.Ctrl, "relay.cfg"), "203.113.91.77\n");
                break;
            case "the relay refuses the password":
                _lab.UseRelay().Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null;
                break;
            case "the relay refuses the password, and the name server knows its own network alone":
                Break("the relay refuses the password");
                foreach (string provider in DoctorLab.Providers)
                    _lab.Zone.Remove(provider);
                break;
            case "nobody vouches for the relay's certificate":
                _lab.UseRelay();
                _lab.IsRelayTrusted = false;
                break;
            case "the relay is down":
                _lab.UseRelay();
                _lab.Mail["RelayPort"] = "1";
                _lab.IsPort25Shut = true;
                break;
            case "port 25 is closed, and the address has no name and is listed":
                _lab.IsPort25Shut = true;
                _lab.Zone.Remove($"{DoctorLab.Backwards}.in-addr.arpa");
                List();
                break;
            case "one host answers for all providers":
                _lab.Greeting = "220 proxy.isp.example ESMTP";
                break;
            case "the address is listed":
                List();
                break;
            case "the address has no name":
                _lab.Zone.Remove($"{DoctorLab.Backwards}.in-addr.arpa");
                break;
            case "SPF does not name the relay":
                _lab.UseRelay();
                _lab.Zone["node.example"] =
                [
                    DoctorLab.Address(DoctorLab.Own),
                    ZoneRecord.Mx(10, "mx.gmail.com"),
                    ZoneRecord.Text($"v=spf1 ip4:{DoctorLab.Own} -all"),
                ];
                break;
            case "the record of the DKIM key is gone":
                _lab.Zone.Remove("s._domainkey.node.example");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "no such set-up");
        }
    }

    private void List() => _lab.Zone[$"{DoctorLab.Backwards}.zen.spamhaus.org"] = [DoctorLab.Address("127.0.0.4")];
}
