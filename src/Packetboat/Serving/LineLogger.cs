using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Packetboat.Protocol;

namespace Packetboat.Serving;

/// <summary>
/// Writes the log: one event, one line, whatever is in it. For people by default, as JSON by <c>LogJson</c>; under systemd the level goes in
/// front as a number and the time is journald's.
/// </summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    private readonly LogWriter _output;
    private readonly LogLevel _least;
    private readonly LineStyle _style;
    private readonly TimeProvider _time;

    public LineLoggerProvider(TextWriter output, LogLevel least, LineStyle style, TimeProvider time)
    {
        (_least, _style, _time) = (least, style, time);
        _output = new LogWriter(output, Missing);
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose() => _output.Dispose();

    private bool IsWritten(LogLevel level, string category) =>
        level >= _least && (level >= LogLevel.Warning || category.StartsWith("Packetboat", StringComparison.Ordinal));

    private void Write(string line) => _output.Write(line);

    private string Plain(LogLevel level, string message, Exception? fault)
    {
        string stamp =
            _style == LineStyle.Journal
                ? $"<{Priority(level)}>"
                : $"{_time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)} {Word(level)} ";
        string why = fault is null ? "" : $": {fault}";
        // A stack trace has lines; the log has events.
        return stamp + PrintableText.Of((message + why).ReplaceLineEndings(" | "), 8000);
    }

    private string Json<TState>(LogLevel level, EventId id, TState state, string message, Exception? fault)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", _time.GetUtcNow());
            json.WriteString("level", Word(level).TrimEnd());
            if (id.Name is not null)
                json.WriteString("event", id.Name);
            json.WriteString("message", message);
            foreach ((string name, object? value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
            {
                if (name != "{OriginalFormat}")
                    json.WriteString(
                        JsonNamingPolicy.CamelCase.ConvertName(name),
                        System.Convert.ToString(value, CultureInfo.InvariantCulture)
                    );
            }

            if (fault is not null)
                json.WriteString("fault", fault.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private string Missing(long lines)
    {
        string words = string.Create(
            CultureInfo.InvariantCulture,
            $"{lines} lines of the log are missing: what it is written to did not take them in time"
        );
        return _style == LineStyle.Json
            ? Json<object?>(LogLevel.Warning, default, state: null, words, fault: null)
            : Plain(LogLevel.Warning, words, fault: null);
    }

    private static string Word(LogLevel level) =>
        level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warn ",
            LogLevel.Information => "info ",
            _ => "debug",
        };

    private static int Priority(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Information => 6,
            _ => 7,
        };

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => provider.IsWritten(logLevel, category);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (!IsEnabled(logLevel))
                return;
            string message = formatter(state, exception);
            provider.Write(
                provider._style == LineStyle.Json
                    ? provider.Json(logLevel, eventId, state, message, exception)
                    : provider.Plain(logLevel, message, exception)
            );
        }
    }
}

/// <summary>How a log line looks.</summary>
internal enum LineStyle
{
    People,
    Json,
    Journal,
}
