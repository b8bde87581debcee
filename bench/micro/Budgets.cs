using System.Globalization;

namespace Packetboat.Bench.Micro;

/// <summary>
/// Octets that each operation may allocate. They say more than a time that differs from machine to machine: what is allocated for each message
/// is collected for each message.
/// </summary>
internal static class Budgets
{
    private const int WarmUp = 500;
    private const int Repetitions = 4000;

    /// <returns>Whether each operation kept to its budget, and each has one.</returns>
    public static async Task<bool> CheckAsync(string file, TextWriter output)
    {
        IReadOnlyDictionary<string, long> budgets = Read(await File.ReadAllLinesAsync(file));
        bool isKept = true;
        foreach (string name in Operations.Names)
        {
            await using IOperation operation = Operations.Make(name);
            long octets = await MeasureAsync(operation);
            string verdict =
                !budgets.TryGetValue(name, out long budget) ? "has no budget"
                : octets > budget ? "TOO MUCH"
                : "";
            isKept &= verdict.Length == 0;
            await output.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{name, -16} {octets, 8} of {budget, 8} octets  {verdict}").TrimEnd()
            );
        }

        foreach (string name in budgets.Keys.Except(Operations.Names, StringComparer.Ordinal))
        {
            isKept = false;
            await output.WriteLineAsync($"{name}: there is no such operation");
        }

        return isKept;
    }

    /// <summary>A line is a name and a number; <c>#</c> begins a comment.</summary>
    private static Dictionary<string, long> Read(IEnumerable<string> lines) =>
        lines
            .Select(line => line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2)
            .ToDictionary(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static async Task<long> MeasureAsync(IOperation operation)
    {
        for (int i = 0; i < WarmUp; i++)
            await operation.RunAsync();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Repetitions; i++)
            await operation.RunAsync();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Repetitions;
    }
}
