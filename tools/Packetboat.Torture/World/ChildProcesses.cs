using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Packetboat.Torture.World;

/// <summary>
/// Starts processes that do not outlive this one. The kernel ends them when the <em>thread</em> that started them ends, so one thread starts
/// all of them and stays.
/// </summary>
internal sealed partial class ChildProcesses : IDisposable
{
    private const int Terminate = 15;

    private readonly BlockingCollection<Action> _orders = [];
    private readonly Thread _thread;

    public ChildProcesses()
    {
        _thread = new Thread(() =>
        {
            foreach (Action order in _orders.GetConsumingEnumerable())
                order();
        })
        {
            IsBackground = true,
            Name = "parent",
        };
        _thread.Start();
    }

    /// <summary>Starts a command whose output goes to the end of a file.</summary>
    public Task<Process> StartAsync(IReadOnlyList<string> command, string log, IReadOnlyDictionary<string, string> environment)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(() =>
        {
            try
            {
                started.SetResult(Start(command, log, environment));
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    /// <summary>Asks a process to end.</summary>
    public static void AskToEnd(Process process) => _ = Signal(process.Id, Terminate);

    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _orders.Dispose();
    }

    private static Process Start(IReadOnlyList<string> command, string log, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("setpriv")
        {
            ArgumentList = { "--pdeathsig", "KILL", "sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log },
        };
        foreach (string word in command)
            start.ArgumentList.Add(word);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} cannot be started");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
