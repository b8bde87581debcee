using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Admin.Api;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Commands;

/// <summary>
/// What a command works on: the running server over its socket, or else the installation's files, opened for as long as the command runs.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly IAsyncDisposable? _opened;
    private readonly ControlClient? _client;
    private readonly DeliveryScheduler? _delivering;

    private Session(
        IOperations operations,
        IAsyncDisposable? opened,
        ControlClient? client,
        DeliveryScheduler? delivering = null
    ) => (Operations, _opened, _client, _delivering) = (operations, opened, client, delivering);

    public IOperations Operations { get; }

    /// <summary>Opens the installation, runs the command, and turns what can go wrong into a line and an exit code.</summary>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        Func<IOperations, CancellationToken, Task<int>> command,
        CancellationToken ct
    )
    {
        string ctrl = CtrlOf(parsed.GetValue(Verbs.Ctrl));
        try
        {
            if (await RunningAsync(ctrl, ct) is { } running)
            {
                using (running)
                    return await command(running.By(ThisOperator()), ct);
            }

            (Settings? settings, int exitCode) = ReadSettings(ctrl, quiet: true);
            if (settings is null)
                return exitCode;
            await using Session session = await OpenAsync(settings, ct);
            return await command(session.Operations.By(ThisOperator()), ct);
        }
        catch (Exception failure)
            when (failure is IOException or InvalidDataException or UnauthorizedAccessException or HttpRequestException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    /// <summary>
    /// For the audit trail: who sits there, also behind sudo(8), and at which end of which line. A server on Linux asks the kernel for the
    /// name; the rest helps honest operators to remember, and is no proof.
    /// </summary>
    internal static Operator ThisOperator()
    {
        string name = Environment.UserName;
        string? asked = Environment.GetEnvironmentVariable("SUDO_USER");
        string? line = Environment.GetEnvironmentVariable("SSH_CONNECTION")?.Split(' ')[0];
        return new Operator(asked is null ? name : $"{asked} as {name}", line ?? Environment.MachineName);
    }

    /// <summary>
    /// The server, if one runs. It is asked even when the settings have mistakes by now: it goes on with those it read before, and the
    /// operator needs its answer all the more.
    /// </summary>
    internal static async Task<ControlClient?> RunningAsync(string ctrl, CancellationToken ct)
    {
        return DataIn(ctrl) is { } data ? await ControlClient.TryOpenAsync(ControlSocket.PathIn(data), ct) : null;
    }

    /// <summary>The data folder of an installation, also of one whose settings have mistakes; null: there is none.</summary>
    internal static string? DataIn(string ctrl)
    {
        if (!Directory.Exists(ctrl))
            return null;
        ConfigurationResult read = ConfigurationReader.Read(ctrl, ConfigurationEnvironment.OfThisMachine());
        string? data =
            read.Settings?.Packetboat.DataDirectory
            ?? read.Values.FirstOrDefault(value => value.Key == nameof(PacketboatSettings.DataDirectory))?.Value;
        return data is null ? null : Path.GetFullPath(data, ctrl);
    }

    public static string CtrlOf(string? option) =>
        CtrlDirectory.Find(option, Environment.GetEnvironmentVariable, Environment.CurrentDirectory);

    /// <summary>Reads and checks the settings; problems are printed, all of them.</summary>
    /// <param name="ctrl">The folder.</param>
    /// <param name="quiet">Warnings are for <c>config check</c> and <c>serve</c>.</param>
    public static (Settings? Settings, int ExitCode) ReadSettings(string ctrl, bool quiet)
    {
        if (!Directory.Exists(ctrl))
        {
            Print.Error(
                $"{ctrl}: there is no such folder; start packetboat serve once, which makes one, or name another with --ctrl"
            );
            return (null, ExitCode.Configuration);
        }

        ConfigurationResult read = ConfigurationReader.Read(ctrl, ConfigurationEnvironment.OfThisMachine());
        foreach (Problem problem in read.Problems.Where(problem => !quiet || problem.Severity == Severity.Error))
            Print.Error(problem.ToString());
        return (read.Settings, read.Settings is null ? ExitCode.Configuration : ExitCode.Ok);
    }

    /// <param name="settings">Valid.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="delivers">Whether queued mail goes out meanwhile, where no server runs that does it.</param>
    public static Task<Session> OpenAsync(Settings settings, CancellationToken ct, bool delivers = false) =>
        StoreTurn.WaitAsync(() => TryOpenAsync(settings, delivers, ct), TimeProvider.System, ct);

    private static async Task<Session> TryOpenAsync(Settings settings, bool delivers, CancellationToken ct)
    {
        if (await ControlClient.TryOpenAsync(ControlSocket.PathIn(settings.Packetboat.DataDirectory), ct) is { } client)
            return new Session(client, null, client);

        var composition = new Composition(
            settings,
            ConfigurationEnvironment.OfThisMachine(),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            delivers
        );
        if (delivers)
            await composition.SendMail.Scheduler.StartAsync(ct);
        return new Session(composition.Operations, composition, null, delivers ? composition.SendMail.Scheduler : null);
    }

    /// <summary>Prints the refusal, or what was asked for.</summary>
    public static int Answer<T>(Result<T> result, Action<T> show)
        where T : class
    {
        if (result.Refusal is { } refusal)
        {
            Print.Error(refusal.ToString());
            return ExitCode.Failed;
        }

        show(result.Value!);
        return ExitCode.Ok;
    }

    /// <summary>What was done, in words or for programs.</summary>
    public static void Tell(Done done, bool json)
    {
        if (json)
            Print.Json(done, OperationsJson.Default.Done);
        else
            Print.Line(done.Message);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_delivering is not null)
            await _delivering.StopAsync(CancellationToken.None);
        if (_opened is not null)
            await _opened.DisposeAsync();
    }
}
