namespace Packetboat.Bench.Micro;

/// <summary>One thing the product does for each message or command. It is timed by BenchmarkDotNet, and its allocations have a budget.</summary>
internal interface IOperation : IAsyncDisposable
{
    /// <summary>As in <c>budgets.txt</c>.</summary>
    string Name { get; }

    Task RunAsync();
}
