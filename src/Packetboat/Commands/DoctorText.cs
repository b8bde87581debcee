using Packetboat.Relay.Doctor;

namespace Packetboat.Commands;

/// <summary>A doctor's report for people: what to mend first stands first, and no line is longer than the screen, but for records to paste.</summary>
internal static class DoctorText
{
    private const int Margin = 13;
    private const int Narrowest = 60;
    private const int Widest = 100;

    /// <summary>Of the screen, within reason; a pipe has none.</summary>
    public static int Width =>
        Console.IsOutputRedirected || Console.WindowWidth <= 0 ? Widest : Math.Clamp(Console.WindowWidth - 1, Narrowest, Widest);

    /// <summary>How old a report is.</summary>
    public static string Age(TimeSpan age) =>
        age < TimeSpan.FromMinutes(1) ? "made just now"
        : age < TimeSpan.FromHours(2) ? $"made {age.TotalMinutes:0} minutes ago"
        : age < TimeSpan.FromDays(2) ? $"made {age.TotalHours:0} hours ago"
        : $"made {age.TotalDays:0} days ago";

    public static IEnumerable<string> Lines(DoctorReport report, int width)
    {
        foreach (string line in Wrapped("", Heading(report), width))
            yield return line;
        CheckVerdict last = CheckVerdict.Failure;
        bool isFirst = true;
        foreach (Finding finding in report.Findings)
        {
            bool isTrouble = finding.Verdict >= CheckVerdict.Warning;
            if (isFirst || isTrouble || finding.Verdict != last)
                yield return "";
            (isFirst, last) = (false, finding.Verdict);
            foreach (string line in isTrouble ? Trouble(finding, width) : Short(finding, width))
                yield return line;
        }

        yield return "";
        foreach (string line in Wrapped("", report.Advice.Words, width))
            yield return line;
        if (report.Advice.Command.Length > 0)
            yield return $"    {report.Advice.Command}";
        if (report.Applied is { } applied)
            foreach (string line in Wrapped("", applied.Words, width))
                yield return line;
        else if (report.Advice.Changes.Count > 0)
            yield return "    packetboat doctor --apply writes it";
    }

    private static string Heading(DoctorReport report)
    {
        string where = report.Settings is { } ctrl ? $"settings in {ctrl}" : "without settings";
        string why = report.Reason.Length > 0 ? $", because {report.Reason}" : "";
        string domain = report.Domain is { } name && name != report.HostName ? $", mail of {name}" : "";
        return $"{report.HostName}{domain}, {where}, {Print.Minute(report.At)}{why}";
    }

    private static IEnumerable<string> Short(Finding finding, int width) =>
        Wrapped(Word(finding.Verdict), $"{finding.Title}: {finding.Words}", width).Concat(Records("    optional", finding));

    private static IEnumerable<string> Trouble(Finding finding, int width)
    {
        IEnumerable<string> lines = Wrapped(Word(finding.Verdict), finding.Title, width)
            .Concat(Wrapped("", finding.Words, width, Margin));
        if (finding.Cause.Length > 0)
            lines = lines.Concat(Wrapped("    cause", finding.Cause, width));
        if (finding.Remedy.Length > 0)
            lines = lines.Concat(Wrapped("    remedy", finding.Remedy, width));
        return lines.Concat(Records("    publish", finding));
    }

    /// <summary>To be pasted: not a blank may come into it, and no end of a line.</summary>
    private static IEnumerable<string> Records(string label, Finding finding) =>
        finding
            .Publish.Select(record => record.ZoneLine)
            .Concat(finding.Page is { } page ? [$"at {page.Url}:", .. Indented(page.Text)] : [])
            .Select((line, i) => $"{(i == 0 ? label : ""), -Margin}{line}");

    private static IEnumerable<string> Indented(string text) => text.TrimEnd('\n').Split('\n').Select(line => $"    {line}");

    private static string Word(CheckVerdict verdict) =>
        verdict switch
        {
            CheckVerdict.Failure => "FAILURE",
            CheckVerdict.Warning => "WARNING",
            CheckVerdict.NotChecked => "not checked",
            _ => "ok",
        };

    /// <summary>Text behind a word at the margin; its other lines stand below its first.</summary>
    private static IEnumerable<string> Wrapped(string label, string text, int width, int margin = 0)
    {
        margin = label.Length > 0 ? Margin : margin;
        string line = label.PadRight(margin);
        bool isEmpty = true;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                yield return line;
                (line, isEmpty) = (new string(' ', margin), true);
            }

            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }

        yield return line;
    }
}
