using BenchmarkDotNet.Running;
using Packetboat.Bench.Micro;

// budgets: what each operation allocates, against budgets.txt. Everything else is BenchmarkDotNet's.
if (args is ["budgets"])
    return await Budgets.CheckAsync(Path.Combine(AppContext.BaseDirectory, "budgets.txt"), Console.Out) ? 0 : 1;
BenchmarkSwitcher.FromAssembly(typeof(OperationBenchmarks).Assembly).Run(args);
return 0;
