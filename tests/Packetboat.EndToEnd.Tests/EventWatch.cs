using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Packetboat.EndToEnd.Tests;

/// <summary>A log that can be waited on: tests wait for an event, not for time.</summary>
internal sealed class EventWatch : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Seen)> _waiting = [];

    /// <summary>Everything so far, for the message of a failed test.</summary>
    public string Text => string.Join(Environment.NewLine, _lines);

    public ILoggerFactory Factory()
    {
        ILoggerFactory factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(this));
        return factory;
    }

    /// <summary>Completes when a line holds all of <paramref name="words"/>; one that was written before counts too.</summary>
    public Task<string> SeenAsync(params string[] words)
    {
        bool wanted(string line) => words.All(word => line.Contains(word, StringComparison.Ordinal));
        lock (_waiting)
        {
            if (_lines.FirstOrDefault(wanted) is { } before)
                return Task.FromResult(before);
            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, seen));
            return seen.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        string line = $"{logLevel} {formatter(state, exception)} {exception}";
        lock (_waiting)
        {
            _lines.Enqueue(line);
            foreach ((Func<string, bool> wanted, TaskCompletionSource<string> seen) in _waiting)
            {
                if (wanted(line))
                    seen.TrySetResult(line);
            }
        }
    }

    public void Dispose() { }
}
