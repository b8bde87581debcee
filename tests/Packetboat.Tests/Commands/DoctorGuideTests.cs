using System.Text.Json;
using System.Text.RegularExpressions;
using Packetboat.Commands;
using Packetboat.Relay.Doctor;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>
/// What the guide shows of the doctor is what he says: made by the verb itself, on a machine behind a closed port 25 with a relay that is
/// written down and not used. With PACKETBOAT_WRITE_DOCS=1 the guide is written anew.
/// </summary>
[Collection(nameof(OneConsole))]
public sealed partial class DoctorGuideTests : IAsyncDisposable
{
    private const string Guide = "docs/guide/doctor.md";
    private const string Begin = "```text\n";
    private const string End = "```\n";

    private const int Width = 120;

    private readonly DoctorLab _lab = new() { IsPort25Shut = true };

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task The_report_in_the_guide_is_one_that_the_verb_prints()
    {
        _lab.UseRelay("RELAY_AUTH_PLAIN");
        CommandRun run = await _lab.RunAsync("--json");
        string report = string.Concat(DoctorText.Lines(Settled(run.Out), Width).Select(line => $"{line}\n"));

        string guide = Repository.Read(Guide).ReplaceLineEndings("\n");
        int begin = guide.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = guide.IndexOf(End, begin, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("PACKETBOAT_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(
                Path.Combine(Repository.Root, Guide),
                guide[..begin] + report + guide[end..],
                TestContext.Current.CancellationToken
            );
        else
            Assert.Equal(report, guide[begin..end]);
    }

    /// <summary>What is another on each machine and each day, and an IPv6 that the one that builds may have.</summary>
    private DoctorReport Settled(string json)
    {
        json = DnsPort().Replace(json, "192.0.2.53").Replace("[127.0.0.1]", "[192.0.2.25]", StringComparison.Ordinal);
        json = Port().Replace(json.Replace(_lab.Ctrl, "/etc/packetboat", StringComparison.Ordinal), "${host}:587");
        DoctorReport report = JsonSerializer.Deserialize(
            Id().Replace(Free().Replace(json, "18432 MiB are free"), "id=20261126201500"),
            DoctorJson.Default.DoctorReport
        )!;
        report = report with
        {
            // A second may pass between the greeting and our look at the clock.
            Findings =
            [
                .. report.Findings.Select(one =>
                    one is { Check: "clock", Verdict: CheckVerdict.Ok }
                        ? one with
                        {
                            Words = Seconds().Replace(one.Words, "1 s ahead of"),
                        }
                        : one
                ),
            ],
        };
        return report with { At = new DateTimeOffset(2026, 11, 26, 20, 15, 0, TimeSpan.Zero) };
    }

    [GeneratedRegex(@"(?<host>relay\.example|192\.0\.2\.25\]):\d+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Port();

    [GeneratedRegex(@"127\.0\.0\.1:\d+(?=: all)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DnsPort();

    [GeneratedRegex(@"^\d+ s (?:ahead of|behind)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Seconds();

    [GeneratedRegex(@"id=\d{14}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"\d+ MiB are free", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Free();
}
