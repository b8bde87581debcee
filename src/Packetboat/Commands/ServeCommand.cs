using System.CommandLine;
using Microsoft.Extensions.Logging;
using Packetboat.Admin.Api;
using Packetboat.Relay.Configuration;
using Packetboat.Serving;
using Packetboat.Storage.Sqlite;

namespace Packetboat.Commands;

/// <summary><c>packetboat serve</c>: the server.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    /// <summary>Sessions and attempts get theirs, and what they leave has to be written after them.</summary>
    public static readonly TimeSpan EndPatience = MailServer.ShutdownPatience + TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var jsonLog = new Option<bool>("--log-json") { Description = "Write the log as JSON, whatever LogJson says" };
        var command = new Command(Name, "Run the mail server until it is told to stop") { jsonLog };
        command.SetAction((parsed, ct) => RunAsync(Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), parsed.GetValue(jsonLog), ct));
        return command;
    }

    private static async Task<int> RunAsync(string ctrl, bool jsonLog, CancellationToken ct)
    {
        FirstStartIn(ctrl);
        (Settings? settings, int exitCode) = Session.ReadSettings(ctrl, quiet: false);
        if (settings is null)
            return exitCode;

        using ILoggerFactory loggers = Logs.Create(settings, jsonLog);
        try
        {
            return await ServeAsync(settings, loggers, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // It was told to stop before it had started: so it has.
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.Unavailable;
        }
    }

    private static void FirstStartIn(string ctrl)
    {
        if (File.Exists(Path.Combine(ctrl, "sbbs.ini")))
            return;
        foreach (string file in FirstStart.Write(ctrl))
            Print.Error($"first start: wrote {file}; read it, it explains every setting");
    }

    /// <exception cref="StoreInUseException">By a command, which ends soon.</exception>
    /// <exception cref="IOException">By another server, which does not.</exception>
    private static async Task<Composition> OpenAsync(Settings settings, ILoggerFactory loggers, CancellationToken ct)
    {
        try
        {
            return new Composition(settings, ConfigurationEnvironment.OfThisMachine(), loggers, TimeProvider.System);
        }
        catch (StoreInUseException busy)
        {
            using ControlClient? other = await ControlClient.TryOpenAsync(
                ControlSocket.PathIn(settings.Packetboat.DataDirectory),
                ct
            );
            throw other is null ? busy : new IOException(busy.Message, busy);
        }
    }

    private static async Task<int> ServeAsync(Settings settings, ILoggerFactory loggers, CancellationToken ct)
    {
        await using Composition composition = await StoreTurn.WaitAsync(
            () => OpenAsync(settings, loggers, ct),
            TimeProvider.System,
            ct
        );
        await using MailServer server = await composition.BuildServerAsync(ct);
        await server.StartAsync(ct);
        var log = new ServeLog(loggers.CreateLogger<ServeLog>());
        log.Started(settings, composition);
        Exception? fault = await server.WaitAsync(ct);
        log.Stopped();
        // Whoever watches over us shall start us again.
        return fault is null ? ExitCode.Ok : ExitCode.Software;
    }
}
