using System.Diagnostics;

namespace Packetboat.Bench.Relay;

/// <summary>The verbs of the server under test, by which an operator would set it up.</summary>
/// <param name="program">The binary.</param>
/// <param name="ctrl">The folder of its settings.</param>
internal sealed class Administration(string program, string ctrl)
{
    /// <summary>Runs one.</summary>
    /// <param name="input">A line for its standard input; empty: none.</param>
    /// <param name="verb">Its words and options.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It did not do it.</exception>
    public string Run(string input, params string[] verb)
    {
        var start = new ProcessStartInfo(program, [.. verb, "--ctrl", ctrl])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        if (input.Length > 0)
            process.StandardInput.WriteLine(input);
        process.StandardInput.Close();
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? printed
            : throw new InvalidOperationException($"{string.Join(' ', verb)} in {ctrl}: exit {process.ExitCode}: {printed}");
    }
}
