using System.Text;
using Microsoft.Extensions.Logging;
using Packetboat.Relay.Configuration;

namespace Packetboat.Serving;

/// <summary>The log, as the settings want it.</summary>
internal static class Logs
{
    private const int Buffer = 32 * 1024;

    public static ILoggerFactory Create(Settings settings, bool json)
    {
        // systemd sets this where standard output is the journal, which has a clock and levels of its own.
        bool isJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
        LineStyle style =
            json || settings.Packetboat.LogJson ? LineStyle.Json
            : isJournal ? LineStyle.Journal
            : LineStyle.People;
        LogLevel least = LevelOf(settings.Mail.LogLevel);
        ILoggerFactory loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(least));
        // Added afterwards, the factory ends it with itself, and what was said last is written.
        loggers.AddProvider(new LineLoggerProvider(StandardOutput(), least, style, TimeProvider.System));
        return loggers;
    }

    /// <summary>Console.Out makes a system call for each 256 characters.</summary>
    private static StreamWriter StandardOutput() =>
        new(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Buffer);

    private static LogLevel LevelOf(SyslogLevel level) =>
        level switch
        {
            SyslogLevel.Debug => LogLevel.Debug,
            SyslogLevel.Info or SyslogLevel.Notice => LogLevel.Information,
            SyslogLevel.Warning => LogLevel.Warning,
            SyslogLevel.Error => LogLevel.Error,
            _ => LogLevel.Critical,
        };
}
