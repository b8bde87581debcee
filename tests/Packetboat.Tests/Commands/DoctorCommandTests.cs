using System.Text.Json;
using Packetboat.Commands;
using Packetboat.Demo;
using Packetboat.Relay.Doctor;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>The verb: what it prints, and its status. What it finds is tested where it is found.</summary>
[Collection(nameof(OneConsole))]
public sealed class DoctorCommandTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly TemporaryFolder _folder = new();

    /// <summary>The providers exist here, and have no mail servers: nobody is called.</summary>
    private readonly ZoneServer _dns = new(
        new Dictionary<string, ZoneRecord[]>(StringComparer.Ordinal)
        {
            ["gmail.com"] = [ZoneRecord.Mx(0, "")],
            ["outlook.com"] = [ZoneRecord.Mx(0, "")],
            ["yahoo.com"] = [ZoneRecord.Mx(0, "")],
            ["gmx.net"] = [ZoneRecord.Mx(0, "")],
            ["d.example"] = [ZoneRecord.Mx(0, ""), ZoneRecord.Text("v=spf1 -all")],
        },
        []
    );

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task It_needs_no_settings()
    {
        CommandRun run = await RunAsync("--json");

        DoctorReport report = JsonSerializer.Deserialize(run.Out, DoctorJson.Default.DoctorReport)!;
        Assert.Null(report.Settings);
        Assert.Equal("d.example", report.Domain);
        Assert.Equal(CheckVerdict.NotChecked, report.Findings.Single(finding => finding.Check == "settings").Verdict);
        Assert.Contains("\"verdict\": \"not-checked\"", run.Out, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("[Mail]\nHostName = node.example\nOptions = ALLOW_RELAI\n", 2, "FAILURE      Settings")]
    [InlineData("[Mail]\nHostName = node.example\nOptions = NO_SENDMAIL\n", 1, "WARNING      Settings")]
    public async Task The_status_is_that_of_the_worst(string settings, int status, string line)
    {
        await File.WriteAllTextAsync(_folder.File("sbbs.ini"), settings, TestContext.Current.CancellationToken);

        CommandRun run = await RunAsync();

        Assert.True((status, true) == (run.Status, run.Out.Contains(line, StringComparison.Ordinal)), run.Out);
    }

    [Theory(Timeout = Patience)]
    [InlineData("--domain", "not a domain")]
    [InlineData("--domain", "host")]
    [InlineData("--dns", "localhost")]
    [InlineData("--hub", "http://hub.example")]
    public async Task What_cannot_be_meant_is_said(string option, string value)
    {
        CommandRun run = await CommandRun.OfAsync("doctor", option, value, "--ctrl", _folder.Path);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.StartsWith(
            option == "--hub" ? $"packetboat: {option} '{value}': " : $"packetboat: {option} {value}: ",
            run.Error,
            StringComparison.Ordinal
        );
    }

    private Task<CommandRun> RunAsync(params string[] options) =>
        CommandRun.OfAsync(["doctor", .. options, "--dns", $"{_dns.Endpoint}", "--domain", "D.example", "--ctrl", _folder.Path]);
}
