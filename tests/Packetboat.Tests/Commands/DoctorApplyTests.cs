using System.Text.Json;
using Packetboat.Commands;
using Packetboat.Relay.Doctor;

namespace Packetboat.Tests.Commands;

/// <summary><c>doctor --apply</c>: the last sentence of the report comes true, and what was before can be had back.</summary>
[Collection(nameof(OneConsole))]
public sealed class DoctorApplyTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly DoctorLab _lab = new() { IsPort25Shut = true };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task The_flag_is_written_the_comments_stay_and_the_old_file_is_kept()
    {
        _lab.UseRelay("RELAY_AUTH_PLAIN | ALLOW_POP3");
        CommandRun look = await _lab.RunAsync();
        string before = await File.ReadAllTextAsync(_lab.SbbsIni, Ct);
        Assert.Contains("packetboat doctor --apply writes it", look.Out, StringComparison.Ordinal);

        CommandRun run = await _lab.RunAsync("--apply");

        Assert.Contains(
            "Wrote Options = ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN in [Mail] of sbbs.ini",
            run.Out,
            StringComparison.Ordinal
        );
        Assert.Equal(
            before.Replace("RELAY_AUTH_PLAIN | ALLOW_POP3", "ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN", StringComparison.Ordinal),
            await File.ReadAllTextAsync(_lab.SbbsIni, Ct)
        );
        Assert.Equal(before, await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_lab.Ctrl, "sbbs.ini.*.bak")), Ct));
        CommandRun after = await _lab.RunAsync();
        Assert.Equal(ExitCode.Ok, after.Status);
        Assert.Contains("and that works.", after.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task It_stands_in_the_audit_trail_with_what_was_written()
    {
        _lab.UseRelay("RELAY_AUTH_PLAIN");

        CommandRun run = await _lab.RunAsync("--apply", "--json");

        DoctorReport report = JsonSerializer.Deserialize(run.Out, DoctorJson.Default.DoctorReport)!;
        Assert.Equal(_lab.SbbsIni, Assert.Single(report.Applied!.Files).Path);
        CommandRun audit = await CommandRun.OfAsync("audit", "--json", "--ctrl", _lab.Ctrl);
        using JsonDocument entries = JsonDocument.Parse(audit.Out);
        JsonElement entry = Assert.Single(entries.RootElement.EnumerateArray());
        Assert.Equal("doctor --apply", entry.GetProperty("action").GetString());
        Assert.Contains("RELAY_TX", entry.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Where_the_mode_is_written_down_that_line_is_the_one_to_change()
    {
        _lab.UseRelay("RELAY_AUTH_PLAIN");
        _lab.PacketboatLines.Append("DeliveryMode = Direct\n");

        await _lab.RunAsync("--apply");

        Assert.Contains("\nDeliveryMode = Auto\n", await File.ReadAllTextAsync(_lab.PacketboatIni, Ct), StringComparison.Ordinal);
        CommandRun after = await _lab.RunAsync();
        Assert.Contains("as DeliveryMode Auto says.", after.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILURE", after.Out, StringComparison.Ordinal);
        CommandRun again = await _lab.RunAsync("--apply");
        Assert.Contains("Nothing was written: no line of the settings has to be another.", again.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task What_needs_a_code_of_a_hub_cannot_be_written_and_that_is_said()
    {
        CommandRun run = await _lab.RunAsync("--apply");

        Assert.Equal(DoctorCommand.FailureStatus, run.Status);
        Assert.Contains("Nothing was written: packetboat join https://HUB CODE does it", run.Out, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_lab.Ctrl, "*.bak"));
    }
}
