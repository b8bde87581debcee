using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Packetboat.Protocol;

namespace Packetboat.Commands;

/// <summary>Options that take more than a text, and say in our words what they take.</summary>
internal static class TypedOption
{
    private const int MaxShown = 60;

    /// <summary>One of a few words.</summary>
    public static Option<T> Choice<T>(string name, string description, T fallback)
        where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(word => word.ToLowerInvariant())];
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
                Array.IndexOf(words, Text(result).ToLowerInvariant()) is >= 0 and var found
                    ? Enum.GetValues<T>()[found]
                    : Refuse<T>(result, $"{name} takes {string.Join(", ", words[..^1])} or {words[^1]}"),
        };
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>How many of something: one at least.</summary>
    public static Option<int> Count(string name, string description, int fallback) =>
        new(name)
        {
            Description = description,
            HelpName = "number",
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
                int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
                    ? number
                    : Refuse<int>(result, $"{name} takes a whole number from 1 on"),
        };

    private static string Text(ArgumentResult result) => result.Tokens is [var only] ? only.Value : "";

    private static T Refuse<T>(ArgumentResult result, string why)
        where T : struct
    {
        result.AddError($"'{PrintableText.Of(Text(result), MaxShown)}': {why}.");
        return default;
    }
}
