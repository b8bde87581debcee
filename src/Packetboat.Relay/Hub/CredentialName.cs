using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Packetboat.Protocol;

namespace Packetboat.Relay.Hub;

/// <summary>What a credential may be called: it stands in replies, in the log and on command lines.</summary>
public static class CredentialName
{
    public const int MaxLength = 40;

    /// <summary>Of a node that joins: it tells where the credential came from.</summary>
    public static string OfJoin(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"join {at.UtcDateTime:yyyy-MM-dd}");

    /// <summary>Two names that differ in case only would be taken for each other.</summary>
    public static bool AreSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string text, [NotNullWhen(false)] out Refusal? refusal)
    {
        refusal = Wrong(text) is { } wrong
            ? new Refusal(
                PrintableText.Of(text, MaxLength),
                wrong,
                $"Choose up to {MaxLength} letters, digits, blanks and . _ - @ +, a letter or digit first and last"
            )
            : null;
        return refusal is null;
    }

    private static string? Wrong(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return string.Create(CultureInfo.InvariantCulture, $"the length of that name is {text.Length}");
        if (!char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
            return "a credential's name begins and ends with a letter or digit";
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '_' or '-' or '@' or '+')
            ? null
            : "it contains a character that a credential's name may not have";
    }
}
