using BenchmarkDotNet.Attributes;

namespace Packetboat.Bench.Micro;

/// <summary>The operations as BenchmarkDotNet wants them.</summary>
[MemoryDiagnoser]
public class OperationBenchmarks
{
    private IOperation? _operation;

    [ParamsSource(nameof(Names))]
    public string Operation { get; set; } = "";

    public static IEnumerable<string> Names => Operations.Names;

    [GlobalSetup]
    public void Setup() => _operation = Operations.Make(Operation);

    [GlobalCleanup]
    public async Task Cleanup() => await _operation!.DisposeAsync();

    [Benchmark]
    public Task Run() => _operation!.RunAsync();
}
