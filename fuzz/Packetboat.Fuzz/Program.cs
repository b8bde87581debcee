using System.Globalization;
using Packetboat.Fuzz;
using Packetboat.Testing;
using SharpFuzz;

CoverageMap.Provide();
return args switch
{
    ["list"] => List(),
    ["all", .. string[] options] => Run(FuzzTargets.All, options),
    ["corpus", string folder] => WriteCorpus(folder),
    ["afl", string name] => UnderAfl(name),
    ["try", string name, .. string[] files] when files.Length > 0 => Try(name, files),
    [string name, .. string[] options] when FuzzTargets.Find(name) is { } target => Run([target], options),
    _ => Usage(),
};

static int Usage()
{
    Console.WriteLine(
        """
        Packetboat.Fuzz list                                the targets
        Packetboat.Fuzz all|TARGET [--seconds N] [--seed S] changes the corpus for N seconds in all; the same seed makes the same inputs
        Packetboat.Fuzz try TARGET FILE...                  gives it these inputs once
        Packetboat.Fuzz corpus FOLDER                       writes the corpus of each target into a folder of its name
        Packetboat.Fuzz afl TARGET                          under afl-fuzz, see fuzz/run.sh
        """
    );
    return 64;
}

static int List()
{
    foreach (IFuzzTarget target in FuzzTargets.All)
        Console.WriteLine($"{target.Name, -14} {target.What}");
    return 0;
}

static int Run(IReadOnlyList<IFuzzTarget> targets, string[] options)
{
    int seconds = Option(options, "--seconds", 30);
    int seed = Option(options, "--seed", 1);
    string findings = Path.Combine(Repository.Root, "artifacts", "findings");
    long executions = 0;
    int found = 0;
    foreach (IFuzzTarget target in targets)
    {
        var campaign = new Campaign(target, seed, findings);
        campaign.Run(TimeSpan.FromSeconds(seconds / (double)targets.Count));
        (executions, found) = (executions + campaign.Executions, found + campaign.Findings);
    }

    Console.WriteLine($"{targets.Count} targets, {executions} executions, {found} findings, seed {seed}");
    return found == 0 ? 0 : 1;
}

static int Option(string[] options, string name, int otherwise)
{
    int place = Array.IndexOf(options, name);
    return place >= 0 && place + 1 < options.Length ? int.Parse(options[place + 1], CultureInfo.InvariantCulture) : otherwise;
}

static int WriteCorpus(string folder)
{
    foreach (IFuzzTarget target in FuzzTargets.All)
        SeedFiles.WriteTo(Path.Combine(folder, target.Name), target);
    return 0;
}

static int Try(string name, string[] files)
{
    IFuzzTarget target = FuzzTargets.Get(name);
    foreach (string file in files)
        Console.WriteLine($"{file}: kind {target.Try(File.ReadAllBytes(file))}");
    return 0;
}

static int UnderAfl(string name)
{
    IFuzzTarget target = FuzzTargets.Get(name);
    using var input = new MemoryStream();
    Fuzzer.OutOfProcess.Run(stream =>
    {
        input.SetLength(0);
        stream.CopyTo(input);
        // An input that a target passes over must not look like a program without instrumentation.
        Check.IsPrintable("touched", "a word");
        target.Try(input.GetBuffer().AsSpan(0, (int)input.Length));
    });
    return 0;
}
