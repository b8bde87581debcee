using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class LineLoggerTests
{
    private readonly StringWriter _output = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 15, 3, 29, 5, TimeSpan.Zero));

    [Fact]
    public void An_event_is_one_line_with_its_time_and_level()
    {
        Log(LineStyle.People, "Packetboat.Mail", LogLevel.Warning, "route parked");

        Assert.Equal("2026-11-22 15:03:29.005 warn  route parked", _output.ToString().TrimEnd());
    }

    [Fact]
    public void Neither_a_line_end_nor_an_escape_sequence_breaks_the_line()
    {
        Log(LineStyle.People, "Packetboat.Mail", LogLevel.Information, "reply 550\r\n2026-11-22 forged \u001b[31m");

        string line = _output.ToString().TrimEnd('\n', '\r');
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\u001b', line);
    }

    [Fact]
    public void Json_has_the_event_its_fields_and_one_line()
    {
        using (ILoggerFactory factory = Factory(LineStyle.Json))
            factory
                .CreateLogger("Packetboat.Mail")
                .LogInformation(new EventId(1, "accepted"), "{Id} accepted\nsize={Size}", "ABC", 7);

        JsonElement line = JsonDocument
            .Parse(Assert.Single(_output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)))
            .RootElement;
        Assert.Equal(("accepted", "ABC", "7"), (Text(line, "event"), Text(line, "id"), Text(line, "size")));
    }

    [Fact]
    public void The_journal_gets_priorities_and_keeps_the_time_itself()
    {
        Log(LineStyle.Journal, "Packetboat.Mail", LogLevel.Error, "disk full");

        Assert.Equal("<3>disk full", _output.ToString().TrimEnd());
    }

    [Fact]
    public void What_others_have_to_say_is_left_out_unless_it_is_a_warning()
    {
        Log(LineStyle.People, "Microsoft.AspNetCore", LogLevel.Information, "chatter");
        Log(LineStyle.People, "Packetboat.Mail", LogLevel.Debug, "detail");

        Assert.Empty(_output.ToString());
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private void Log(LineStyle style, string category, LogLevel level, string message)
    {
        using ILoggerFactory factory = Factory(style);
        factory.CreateLogger(category).Log(level, "{Message}", message);
    }

    private ILoggerFactory Factory(LineStyle style)
    {
        ILoggerFactory factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace));
        factory.AddProvider(new LineLoggerProvider(_output, LogLevel.Information, style, _time));
        return factory;
    }
}
