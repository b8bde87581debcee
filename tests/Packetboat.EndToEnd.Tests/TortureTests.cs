using System.Diagnostics;

namespace Packetboat.EndToEnd.Tests;

/// <summary>
/// A short form of what <c>tools/Packetboat.Torture</c> does to the native binary for hours. The seeds are fixed; how far the mail is at each blow
/// is not, so that what it finds is a fault of the server in any case.
/// </summary>
public sealed class TortureTests
{
    private const int Patience = 300_000;

    [Fact(Timeout = Patience)]
    public Task Nothing_promised_is_lost_in_a_storm() =>
        TortureAsync(
            "storm",
            "--kills 4 --disk-faults 3 --clock-jumps 1 --backups 1 --messages 40 --connections 4 --seed 1 --minutes 4"
        );

    private static async Task TortureAsync(string form, string options)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        Assert.SkipUnless(OperatingSystem.IsLinux() && Has("clang") && Has("setpriv"), "it needs Linux, clang and setpriv");
        string here = AppContext.BaseDirectory;
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(here, "packetboat-torture.dll"),
                form,
                "--packetboat",
                Path.Combine(here, "packetboat.dll"),
                .. options.Split(' '),
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process torture = Process.Start(start)!;
        Task<string> errors = torture.StandardError.ReadToEndAsync(ct);
        string summary = await torture.StandardOutput.ReadToEndAsync(ct);
        await torture.WaitForExitAsync(ct);

        Assert.True(torture.ExitCode == 0, summary + await errors);
    }

    private static bool Has(string program) =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
