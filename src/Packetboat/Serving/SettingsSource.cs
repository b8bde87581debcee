using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Packetboat.Relay.Configuration;

namespace Packetboat.Serving;

/// <summary>
/// The settings in force. The files are looked at every <c>SemFileCheckFrequency</c>; a change is validated whole and then taken, and a bad
/// one is refused while the old settings stay. No session is dropped; listeners keep their addresses until a restart.
/// </summary>
internal sealed partial class SettingsSource : BackgroundService
{
    private readonly ConfigurationEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _ctrl;
    private readonly Lock _looking = new();
    private bool _isRefused;
    private IReadOnlyList<(string, DateTime)> _seen;
    private volatile Settings _current;

    public SettingsSource(
        Settings settings,
        ConfigurationEnvironment environment,
        TimeProvider time,
        ILogger<SettingsSource> logger
    )
    {
        (_current, _environment, _time, _logger) = (settings, environment, time, logger);
        _ctrl = settings.CtrlDirectory;
        _seen = Seen() ?? [];
    }

    public Settings Current => _current;

    /// <summary>Called after new settings are in force.</summary>
    public event Action? Changed;

    /// <summary>Called with the first error after changed files were refused.</summary>
    public event Action<string>? Refused;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_current.Mail.SemFileCheckFrequency, _time, stoppingToken);
                TryRefresh();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    /// <summary>Whatever happens to the files, the server goes on with what it has read.</summary>
    private void TryRefresh()
    {
        try
        {
            Refreshed();
        }
        catch (Exception fault)
        {
            LogFault(fault, _ctrl);
        }
    }

    /// <summary>Looks at the files now.</summary>
    /// <returns>Null: their last change is refused, and older settings are in force.</returns>
    public Settings? Refreshed()
    {
        lock (_looking)
        {
            Check();
            return _isRefused ? null : _current;
        }
    }

    private void Check()
    {
        // A folder that cannot be looked at for a moment is one that has not changed.
        if (Seen() is not { } now || now.SequenceEqual(_seen))
            return;

        // Before they are read: what changes meanwhile is seen at the next look, and so is a file that they name for the first time.
        _seen = now;
        ConfigurationResult read = ConfigurationReader.Read(_ctrl, _environment);
        foreach (Problem problem in read.Problems)
            LogProblem(problem.ToString());
        if (read.Settings is not { } settings)
        {
            _isRefused = true;
            LogRefused(_ctrl);
            Refused?.Invoke(read.Problems.First(problem => problem.Severity == Severity.Error).ToString());
            return;
        }

        (_current, _isRefused) = (settings, false);
        LogTaken(_ctrl);
        Changed?.Invoke();
    }

    /// <summary>
    /// All ini files of the folder, so that one that appears later is seen too, the files that they have passwords in, and the certificates that
    /// relays are shown: a new one ends the parking of its relay. Of one that is gone, or that
    /// cannot be reached, the time is one long ago.
    /// </summary>
    /// <returns>Null: the folder cannot be looked at.</returns>
    private List<(string, DateTime)>? Seen()
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(_ctrl, "*.ini")
                    .Concat(_current.SecretFiles)
                    .Concat(_current.ClientCertificates.Select(one => one.File))
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .Select(file => (file, TimeOf(file))),
            ];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static DateTime TimeOf(string file)
    {
        try
        {
            return File.GetLastWriteTimeUtc(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the settings in {Folder} cannot be looked at, the old ones stay in force")]
    private partial void LogFault(Exception fault, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the changed settings in {Folder} are refused, the old ones stay in force"
    )]
    private partial void LogRefused(string folder);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "changed settings in {Folder} are in force (listeners and the certificate's place change at a restart)"
    )]
    private partial void LogTaken(string folder);
}
