using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Packetboat.Torture.Shim;

namespace Packetboat.Torture.World;

/// <summary>One installation of the program under test: its files, its process, and what is done to both.</summary>
internal sealed class Boat : IAsyncDisposable
{
    public const string Account = "TORTURE";
    public const string Password = "s3cret-Pass.w0rd";

    private static readonly string[] QueuedStates = ["waiting", "sending", "held"];
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly IReadOnlyList<string> _program;
    private readonly ChildProcesses _children;
    private readonly string _library;
    private readonly string _log;
    private readonly Lock _lock = new();
    private readonly List<long> _kills = [];
    private readonly List<(long From, long Until)> _badDisks = [];
    private Process? _process;

    /// <param name="program">The command under test.</param>
    /// <param name="folder">For its settings, its data and its log.</param>
    /// <param name="library">The shim.</param>
    /// <param name="port">Where it takes mail.</param>
    /// <param name="children">Who starts it.</param>
    public Boat(IReadOnlyList<string> program, string folder, string library, int port, ChildProcesses children)
    {
        (_program, _library, _children, Folder, Port) = (program, library, children, folder, port);
        Name = Path.GetFileName(folder);
        _log = Path.Combine(folder, "log");
        Directory.CreateDirectory(Ctrl);
        Disk = new DataDisk(Path.Combine(folder, "data"));
        Faults = new FaultControl(Path.Combine(folder, "faults"));
    }

    public string Name { get; }

    public string Folder { get; }

    public int Port { get; }

    public string Ctrl => Path.Combine(Folder, "ctrl");

    public DataDisk Disk { get; }

    public FaultControl Faults { get; }

    /// <summary>Where the library writes down what reaches the disk; null: nowhere.</summary>
    public string? Recording { get; set; }

    public int Starts { get; private set; }

    public ConcurrentBag<(string After, TimeSpan Time)> Verifications { get; } = [];

    public bool IsRunning => _process is { HasExited: false };

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Ctrl, file), text);

    public async Task AddAccountAsync(CancellationToken ct)
    {
        (int code, string text) = await RunAsync(
            ["account", "add", Account, "--any-sender", "--password-stdin", "--ctrl", Ctrl],
            Password + "\n",
            ct
        );
        if (code != 0)
            throw new InvalidOperationException($"{Name}: account add ended with {code}: {text}");
    }

    public async Task StartAsync()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = _library,
            ["PB_FAULTS"] = Faults.Path,
            ["PB_WATCH"] = Disk.Folder,
        };
        if (Recording is { } file)
            environment["PB_RECORD"] = file;
        _process?.Dispose();
        _process = await _children.StartAsync([.. _program, "serve", "--ctrl", Ctrl], _log, environment);
        Starts++;
        Tell($"started as {_process.Id}");
    }

    /// <summary>Waits until it takes connections.</summary>
    /// <returns>False when it ended instead, as it may while its disk is bad.</returns>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(ct))
        {
            if (!IsRunning)
                return false;
            if (Stopwatch.GetElapsedTime(begin) > StartPatience)
                throw new InvalidOperationException($"{Name} does not listen within {StartPatience.TotalSeconds} s");
            await Task.Delay(Glance, TimeProvider.System, ct);
        }

        Tell("takes connections");
        return true;
    }

    /// <summary>What was done to it and when, to be read beside its log.</summary>
    public void Tell(string what)
    {
        string time = TimeProvider.System.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        lock (_lock)
            File.AppendAllText(Path.Combine(Folder, "torments"), $"{time} {what}\n");
    }

    /// <summary>Starts it, again and again if need be, with nothing wrong from the second try on.</summary>
    public async Task StartUntilReadyAsync(CancellationToken ct)
    {
        await StartAsync();
        for (int tries = 1; !await IsReadyAsync(ct); tries++)
        {
            if (tries == 5)
                throw new InvalidOperationException($"{Name} does not start; see {_log}");
            MendDisk();
            Disk.MakeRoom();
            await StartAsync();
        }
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        Tell("killed");
        // When it is certainly dead: what it did in its last moment was before that.
        lock (_lock)
            _kills.Add(Stopwatch.GetTimestamp());
    }

    /// <summary>Asks it to end, as an operator does.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync(CancellationToken ct)
    {
        Process process = _process!;
        Tell("asked to end");
        ChildProcesses.AskToEnd(process);
        using var patience = new CancellationTokenSource(StopPatience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        await process.WaitForExitAsync(either.Token);
        return process.ExitCode;
    }

    /// <summary>The status that it ended with by itself; null while it runs.</summary>
    public int? Ended => _process is { HasExited: true } process ? process.ExitCode : null;

    public void BeginBadDisk()
    {
        Tell("bad disk");
        lock (_lock)
            _badDisks.Add((Stopwatch.GetTimestamp(), long.MaxValue));
    }

    public void MendDisk()
    {
        Faults.MendDisk();
        Tell("mended disk");
        lock (_lock)
        {
            if (_badDisks is [.., { Until: long.MaxValue } last])
                _badDisks[^1] = (last.From, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>The first kill after a moment; null when there was none.</summary>
    public long? KillAfter(long moment)
    {
        lock (_lock)
            return _kills.Where(kill => kill >= moment).Select(kill => (long?)kill).FirstOrDefault();
    }

    /// <summary>Whether the disk was bad at some time between two moments.</summary>
    public bool HadBadDisk(long from, long until)
    {
        lock (_lock)
            return _badDisks.Any(bad => bad.From <= until && bad.Until >= from);
    }

    /// <summary>A command on this installation, without the library: the operator's disk is not the server's matter.</summary>
    public async Task<(int Code, string Text)> RunAsync(IReadOnlyList<string> arguments, string input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(_program[0], [.. _program.Skip(1), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{_program[0]} cannot be started");
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(ct);
        string text = await process.StandardOutput.ReadToEndAsync(ct);
        text += await errors;
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, text);
    }

    /// <summary>
    /// Looks whether the store of a server that was killed is whole: at a copy, because what a reader does to the log is for the server to do.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is not. The copy is kept.</exception>
    public async Task VerifyDeadAsync(string after, CancellationToken ct)
    {
        string copy = Path.Combine(Folder, "verified");
        if (!Disk.CopyTo(copy))
            throw new InvalidOperationException($"{Name}: its disk cannot be copied to {copy}");
        await VerifyAsync(after, [copy], copy, ct);
        Directory.Delete(copy, recursive: true);
    }

    /// <summary>Looks whether the store is whole that a server has open.</summary>
    /// <exception cref="InvalidOperationException">It is not. A copy is kept.</exception>
    public Task VerifyRunningAsync(string after, CancellationToken ct) => VerifyAsync(after, ["--ctrl", Ctrl], null, ct);

    /// <summary>Makes a backup of the store that the server has open, and looks whether that is whole.</summary>
    /// <exception cref="InvalidOperationException">It is not, or there is none. It is kept.</exception>
    public async Task BackUpAsync(CancellationToken ct)
    {
        string file = Path.Combine(Folder, "backup");
        (int code, string text) = await RunAsync(["backup", file, "--ctrl", Ctrl], "", ct);
        if (code != 0)
            throw new InvalidOperationException($"{Name}: backup ended with {code}: {text}");
        await VerifyAsync("backup", [file], file, ct);
        File.Delete(file);
    }

    private async Task VerifyAsync(string after, IReadOnlyList<string> store, string? kept, CancellationToken ct)
    {
        long begin = Stopwatch.GetTimestamp();
        (int code, string text) = await RunAsync(["verify", .. store], "", ct);
        Verifications.Add((after, Stopwatch.GetElapsedTime(begin)));
        Tell($"verified after {after}");
        if (code == 0)
            return;
        if (kept is null)
            Disk.CopyTo(kept = Path.Combine(Folder, "data-kept"));
        throw new InvalidOperationException($"{Name}: verify after {after} ended with {code}, see {kept}: {text}");
    }

    /// <summary>Recipients that still have to go somewhere; null when it does not say.</summary>
    public async Task<long?> QueuedAsync(CancellationToken ct)
    {
        (int code, string text) = await RunAsync(["status", "--json", "--ctrl", Ctrl], "", ct);
        if (code != 0)
            return null;
        using JsonDocument status = JsonDocument.Parse(text);
        return QueuedStates.Sum(name => status.RootElement.GetProperty(name).GetInt64());
    }

    public ValueTask DisposeAsync()
    {
        if (IsRunning)
            Kill();
        _process?.Dispose();
        Faults.Dispose();
        Disk.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
