using System.Text.Json;
using Packetboat.Commands;
using Packetboat.Relay.Doctor;

namespace Packetboat.Tests.Commands;

/// <summary><c>doctor --last</c>, and what <c>status</c> says of it.</summary>
[Collection(nameof(OneConsole))]
public sealed class DoctorLastTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly DoctorLab _lab = new();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task The_report_is_kept_and_shown_again_with_its_age_and_status()
    {
        _lab.Zone.Remove($"{DoctorLab.Backwards}.in-addr.arpa");
        CommandRun made = await _lab.RunAsync();

        CommandRun last = await _lab.RunAsync("--last");
        CommandRun json = await _lab.RunAsync("--last", "--json");

        Assert.Equal((DoctorCommand.FailureStatus, $"The last report, made just now.\n{made.Out}"), (last.Status, last.Out));
        Assert.Equal("ptr", JsonSerializer.Deserialize(json.Out, DoctorJson.Default.DoctorReport)!.First!.Check);
        CommandRun status = await CommandRun.OfAsync("status", "--ctrl", _lab.Ctrl);
        Assert.Matches(@"(?m)^doctor    failure at .*: Reverse name: 192\.0\.2\.7 has no name$", status.Out);
    }

    [Fact(Timeout = Patience)]
    public async Task Without_one_it_is_said_how_to_make_one()
    {
        CommandRun run = await CommandRun.OfAsync("doctor", "--last", "--ctrl", _lab.Ctrl);

        Assert.Equal(ExitCode.Unavailable, run.Status);
        Assert.Contains("packetboat doctor makes one", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_advised_long_ago_is_not_written()
    {
        CommandRun run = await CommandRun.OfAsync("doctor", "--last", "--apply", "--ctrl", _lab.Ctrl);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("examines anew", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, "made just now")]
    [InlineData(300, "made 5 minutes ago")]
    [InlineData(10_800, "made 3 hours ago")]
    [InlineData(432_000, "made 5 days ago")]
    public void An_age_is_told_in_the_unit_that_fits(int seconds, string words) =>
        Assert.Equal(words, DoctorText.Age(TimeSpan.FromSeconds(seconds)));
}
