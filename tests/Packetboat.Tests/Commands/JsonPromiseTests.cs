using System.CommandLine;
using System.Text.RegularExpressions;
using Packetboat.Commands;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>The manual promises <c>--json</c> for every verb but those that it names: each of the others is run with it here.</summary>
[Collection(nameof(OneConsole))]
public sealed partial class JsonPromiseTests
{
    [Fact]
    public void Every_verb_has_the_option_but_those_that_the_manual_names()
    {
        string[] without =
        [
            .. EveryVerb.Leaves(Verbs.Root(), "").Where(leaf => !HasJson(leaf.Command)).Select(leaf => leaf.Name),
        ];

        Assert.Equal(Excepted().Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task Every_verb_that_the_manual_promises_it_for_prints_json()
    {
        await using var every = new EveryVerb();
        (string first, string second) = await every.PrepareAsync();
        var tried = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in every.Runs(first, second))
        {
            CommandRun run = await CommandRun.OfAsync([.. line.Split(' '), "--json", "--ctrl", every.Ctrl]);

            Assert.True(
                run.Status is ExitCode.Ok or ExitCode.Failed or DoctorCommand.FailureStatus,
                $"{line}: {run.Status} {run.Error}"
            );
            Assert.True(run.IsJson, $"{line}: {run.Out}{run.Error}");
            tried.Add(EveryVerb.NameOf(line));
        }

        // A new verb needs a line in EveryVerb.
        Assert.Equal(
            EveryVerb.Leaves(Verbs.Root(), "").Select(leaf => leaf.Name).Except(Excepted()).Order(StringComparer.Ordinal),
            tried.Order(StringComparer.Ordinal)
        );
    }

    private static bool HasJson(Command command) => command.Options.Any(option => option.Name == Verbs.Json.Name);

    /// <summary>Those of which the manual says that they have none.</summary>
    private static string[] Excepted()
    {
        string manual = Repository.Read("docs/man/packetboat.8").ReplaceLineEndings("\n");
        Match promise = Promise().Match(manual);
        Assert.True(promise.Success, "the manual does not promise --json");
        return [.. Verb().Matches(promise.Groups["except"].Value).Select(verb => verb.Groups["name"].Value)];
    }

    [GeneratedRegex(
        @"All that print something for people take\n\.Fl -json\nto print it for programs, except\n(?<except>(?:\.Cm .*\n|and\n)+)",
        RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex Promise();

    [GeneratedRegex(@"^\.Cm (?<name>[a-z -]+[a-z])", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Verb();
}
