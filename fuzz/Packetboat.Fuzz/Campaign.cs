using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Packetboat.Testing;

namespace Packetboat.Fuzz;

/// <summary>One target, given changed inputs for a while. Inputs that did something new are changed further.</summary>
internal sealed class Campaign
{
    /// <summary>More findings than this are one finding seen many times.</summary>
    private const int MaxFindings = 5;

    private const int MaxKept = 4096;

    private readonly IFuzzTarget _target;
    private readonly Mutator _mutator;
    private readonly Random _random;
    private readonly List<byte[]> _kept;
    private readonly HashSet<int> _kinds = [];
    private readonly HashSet<string> _findings = new(StringComparer.Ordinal);
    private readonly string _folder;

    /// <param name="target">What is tried.</param>
    /// <param name="seed">The same makes the same inputs, in the same order.</param>
    /// <param name="findings">Where an input goes that found something.</param>
    public Campaign(IFuzzTarget target, int seed, string findings)
    {
        _target = target;
        _mutator = new Mutator(seed, target.Words);
        _random = new Random(seed ^ 0x5EED);
        _kept = SeedFiles.Of(target);
        _folder = findings;
    }

    public long Executions { get; private set; }

    public int Findings => _findings.Count;

    public void Run(TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        foreach (byte[] seed in _kept.ToArray())
            Execute(seed, keep: false);
        while (watch.Elapsed < duration && Findings < MaxFindings)
            Execute(_mutator.Change(Any(), Any()), keep: true);
        Print(watch.Elapsed);
    }

    private byte[] Any() => _kept.Count == 0 ? [] : _kept[_random.Next(_kept.Count)];

    private void Execute(byte[] input, bool keep)
    {
        Executions++;
        try
        {
            if (_kinds.Add(_target.Try(input)) && keep && _kept.Count < MaxKept)
                _kept.Add(input);
        }
        catch (Exception found)
        {
            Report(input, found);
        }
    }

    private void Report(byte[] input, Exception found)
    {
        // Where it happened tells findings apart better than the words, which have the input in them.
        string place =
            found
                .StackTrace?.Split('\n')
                .FirstOrDefault(line => !line.Contains("Packetboat.Fuzz.Check", StringComparison.Ordinal))
            ?? "";
        if (!_findings.Add(found.GetType() + place))
            return;
        Directory.CreateDirectory(_folder);
        string file = Path.Combine(_folder, $"{_target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"FINDING in {_target.Name}: {found}");
        Console.WriteLine($"  input: {Shortened(WireText.Shown(input))}");
        Console.WriteLine($"  again: dotnet run --project fuzz/Packetboat.Fuzz -- try {_target.Name} {file}");
    }

    private void Print(TimeSpan took) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_target.Name, -14} {Executions, 10} executions {Executions / took.TotalSeconds, 8:0}/s {_kinds.Count, 6} kinds {Findings, 3} findings"
            )
        );

    private static string Shortened(string text) => text.Length <= 400 ? text : text[..400] + "...";
}
