using System.CommandLine.Parsing;
using Packetboat.Commands;
using Packetboat.Relay.Configuration;
using Packetboat.Testing;

namespace Packetboat.EndToEnd.Tests;

/// <summary>
/// What the documentation shows must work as it stands. A block marked <c>ini</c> is read as the server would read it and gives no problem;
/// one marked <c>ini error</c> shows a mistake and is refused; each line of a block marked <c>sh</c> that begins with <c>packetboat</c> is a
/// command line that the program takes.
/// </summary>
public sealed class DocumentationTests
{
    public static TheoryData<string, string> Settings() => Blocks("ini");

    public static TheoryData<string, string> Mistakes() => Blocks("ini error");

    public static TheoryData<string, string> Commands()
    {
        var commands = new TheoryData<string, string>();
        foreach ((string place, string text) in Blocks("sh").Select(row => row.Data))
        foreach (string line in text.Split('\n').Where(line => line.StartsWith("packetboat ", StringComparison.Ordinal)))
            commands.Add(place, line);
        return commands;
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Settings_are_read_without_a_problem(string place, string text) =>
        Assert.True(Read(text).Problems is [], $"{place}: {string.Join('\n', Read(text).Problems)}");

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Settings_that_show_a_mistake_are_refused(string place, string text) =>
        Assert.True(Read(text).Settings is null, $"{place}: the settings are taken");

    [Theory]
    [MemberData(nameof(Commands))]
    public void Commands_are_taken(string place, string line)
    {
        string[] words =
        [
            .. CommandLineParser.SplitCommandLine(line).Skip(1).TakeWhile(word => word is not ("|" or "<" or ">" or "#")),
        ];
        string problem = words is ["sendmail", .. var rest]
            ? SendmailArguments.TryParse(rest, out _, out string reason)
                ? ""
                : reason
            : string.Join("; ", Verbs.Root().Parse(words).Errors.Select(error => error.Message));
        Assert.True(problem.Length == 0, $"{place}: {line}: {problem}");
    }

    private static TheoryData<string, string> Blocks(string kind)
    {
        var blocks = new TheoryData<string, string>();
        foreach (string file in Repository.Files("docs/guide", "*.md").Prepend(Path.Combine(Repository.Root, "README.md")))
        foreach ((string place, string text) in BlocksOf(file, kind))
            blocks.Add(place, text);
        return blocks;
    }

    private static IEnumerable<(string Place, string Text)> BlocksOf(string file, string kind)
    {
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line == "```");
            Assert.True(end > i, $"{file}:{i + 1}: the block has no end");
            if (lines[i][3..].Trim() == kind)
                yield return (
                    $"{Path.GetRelativePath(Repository.Root, file)}:{i + 1}",
                    string.Join('\n', lines[(i + 1)..end]) + "\n"
                );
            i = end;
        }
    }

    /// <summary>A block with [Mail] or [Global] is of sbbs.ini, any other of packetboat.ini. The files that blocks name are there.</summary>
    private static ConfigurationResult Read(string text)
    {
        string ctrl = Directory.CreateTempSubdirectory("packetboat-").FullName;
        try
        {
            foreach (
                string file in new[]
                {
                    "fullchain.pem",
                    "privkey.pem",
                    "relay.pem",
                    "terms.txt",
                    "webhook.secret",
                    "mqtt.secret",
                    "partner.secret",
                    "second.secret",
                    "client.pem",
                    "client.key",
                }
            )
                File.WriteAllText(Path.Combine(ctrl, file), file.EndsWith(".secret", StringComparison.Ordinal) ? "secret\n" : "");
            bool isSbbs =
                text.Contains("[Mail]", StringComparison.Ordinal) || text.Contains("[Global]", StringComparison.Ordinal);
            File.WriteAllText(
                Path.Combine(ctrl, "sbbs.ini"),
                isSbbs
                    ? text
                    : "[Mail]\nOptions = USE_SUBMISSION_PORT\nDNSServer = 127.0.0.1\nRelayServer = hub.example.net\nRelayPort = 587\n"
            );
            if (!isSbbs)
                File.WriteAllText(Path.Combine(ctrl, "packetboat.ini"), text);
            return ConfigurationReader.Read(ctrl, new ConfigurationEnvironment("mail.example.net", "linux", ctrl));
        }
        finally
        {
            Directory.Delete(ctrl, recursive: true);
        }
    }
}
