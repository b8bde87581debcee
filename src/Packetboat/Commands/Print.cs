using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Packetboat.Protocol;
using Packetboat.Relay.Operations;
using Spectre.Console;

namespace Packetboat.Commands;

/// <summary>What commands write: tables and sentences for people, JSON for programs. Everything from outside is made printable first.</summary>
internal static class Print
{
    private const int WidthOfPipes = 200;

    public static void Error(string text) => System.Console.Error.WriteLine($"packetboat: {PrintableText.Of(text, 4000)}");

    public static void Line(string text = "") => System.Console.Out.WriteLine(PrintableText.Of(text, 4000));

    public static void Json<T>(T value, JsonTypeInfo<T> type) =>
        System.Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>A number and what is counted: <c>1 recipient</c>, <c>2 recipients</c>.</summary>
    public static string Count(long number, string word) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {word}{(number == 1 ? "" : "s")}");

    /// <summary>Rows under headings; a sentence where there are none.</summary>
    public static void Table(string[] headings, IEnumerable<string[]> rows, string nothing)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (string heading in headings)
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
        int count = 0;
        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(cell => new Text(PrintableText.Of(cell, 300))));
            count++;
        }

        if (count == 0)
            Line(nothing);
        else
            Screen().Write(table);
    }

    /// <summary>A message's story, as <c>trace</c> and <c>demo</c> tell it.</summary>
    public static void Trace(MessageTrace trace) => Trace(trace, Line);

    /// <param name="trace">The story.</param>
    /// <param name="say">Takes each line.</param>
    public static void Trace(MessageTrace trace, Action<string> say)
    {
        string account = trace.Account is null ? "" : $", account {trace.Account}";
        say($"{trace.Id}  from <{trace.Sender}>  {trace.Size} octets{account}");
        say($"  {Time(trace.Accepted)}  accepted   {trace.Origin}");
        foreach (TraceRow row in trace.Events)
        {
            string who = row.Recipient is null ? "" : $"<{row.Recipient}> ";
            string where = row.Host.Length == 0 ? "" : $"{row.Host} ";
            string how = row.Security.Length == 0 ? "" : $"({row.Security}) ";
            say($"  {Time(row.At)}  {row.Event, -10} {who}{where}{how}{row.Text}");
            Why(row.Class, row.Explanation, row.Remedy, say);
        }

        foreach (QueueRow row in trace.Recipients.Where(row => row.State is "waiting" or "sending" or "held"))
        {
            string next = row.NextAttempt is { } due ? $", next attempt {Time(due)}" : "";
            string last = row.LastReply.Length == 0 ? "" : $": {row.LastReply}";
            say($"  now                      <{row.Recipient}> {row.State} by {row.Route}{next}{last}");
        }
    }

    /// <summary>What a failure means, and what can be done, under the line that tells of it.</summary>
    public static void Why(string @class, string explanation, string remedy, Action<string> say)
    {
        if (@class.Length > 0)
            say($"    why:    {@class}{(explanation.Length == 0 ? "" : ": ")}{explanation}");
        if (remedy.Length > 0)
            say($"    remedy: {remedy}");
    }

    public static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string Minute(DateTimeOffset? time) =>
        time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>With the offset of this machine's zone, where somebody has to decide by it.</summary>
    public static string MinuteWithZone(DateTimeOffset time) => ReadableTime.Of(time.ToLocalTime());

    private static IAnsiConsole Screen()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) });
        // A pipe has no width: let no program that reads it find a line cut.
        if (System.Console.IsOutputRedirected)
            console.Profile.Width = WidthOfPipes;
        return console;
    }
}
