using System.CommandLine;
using System.CommandLine.Parsing;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;

namespace Packetboat.Commands;

/// <summary>What is wrong with a command line: the word that does not fit, with the one that was meant, and no page of help around it.</summary>
internal static class UsageError
{
    private const int MaxShown = 60;

    /// <summary>Nothing is wrong but that the line ends too early: then all the words that may follow are wanted.</summary>
    public static bool IsUnfinished(ParseResult parsed) =>
        parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0;

    public static IEnumerable<string> Lines(ParseResult parsed)
    {
        // What follows the first may belong to it.
        if (parsed.UnmatchedTokens is [var word, ..])
            yield return $"packetboat: '{PrintableText.Of(word, MaxShown)}': {Why(parsed.CommandResult, word)}";
        // The library's own words for the same.
        bool isSaid(ParseError error) =>
            parsed.UnmatchedTokens.Count > 0 && error.SymbolResult == parsed.CommandResult && !IsMissing(error);
        foreach (ParseError error in parsed.Errors.Where(error => !isSaid(error)))
            yield return $"packetboat: {PrintableText.Of(error.Message, 300)}";
        yield return $"See: {PathOf(parsed.CommandResult)} --help";
    }

    private static bool IsMissing(ParseError error) => error.Message.StartsWith("Option ", StringComparison.Ordinal);

    private static string Why(CommandResult at, string word)
    {
        Command verb = at.Command;
        if (word.StartsWith('-'))
            return $"{NameOf(at)} has no such option.{Meant(word, Options(at))}";
        return verb.Subcommands.Count > 0
            ? $"there is no such verb.{Meant(word, verb.Subcommands.Select(one => one.Name))}"
            : $"{NameOf(at)} takes no {(verb.Arguments.Count > 0 ? "more" : "such")} word.";
    }

    private static string Meant(string word, IEnumerable<string> known) =>
        NearestName.Of(word, known) is { } meant ? $" Did you mean {meant}?" : "";

    private static IEnumerable<string> Options(CommandResult at)
    {
        for (SymbolResult? result = at; result is CommandResult verb; result = verb.Parent)
            foreach (Option option in verb.Command.Options.Where(option => verb == at || option.Recursive))
                yield return option.Name;
    }

    private static string NameOf(CommandResult at) => at.Parent is null ? "packetboat" : PathOf(at)["packetboat ".Length..];

    private static string PathOf(CommandResult at)
    {
        var words = new Stack<string>();
        for (SymbolResult? result = at; result is CommandResult verb; result = verb.Parent)
            words.Push(verb.Parent is null ? "packetboat" : verb.Command.Name);
        return string.Join(' ', words);
    }
}
