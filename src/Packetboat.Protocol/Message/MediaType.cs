using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>A Content-Type field: type and parameters, as far as a report needs them. RFC 2045 §5.1. Bounded.</summary>
/// <param name="Name">Lower case, <c>type/subtype</c>; empty where there is none.</param>
/// <param name="Parameters">By lower-case names; the first of a name counts.</param>
public sealed record MediaType(string Name, IReadOnlyDictionary<string, string> Parameters)
{
    private const int MaxLength = 4096;
    private const int MaxParameters = 20;

    public string? this[string parameter] => Parameters.GetValueOrDefault(parameter);

    /// <param name="value">What follows the colon, folded as it is.</param>
    public static MediaType Read(ReadOnlySpan<byte> value)
    {
        string text = Encoding.Latin1.GetString(value[..Math.Min(value.Length, MaxLength)]);
        int at = 0;
        string name = Token(text, ref at);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        while (parameters.Count < MaxParameters && Skip(text, ref at, ';'))
        {
            string parameter = Token(text, ref at);
            if (parameter.Length == 0 || !Skip(text, ref at, '='))
                break;
            parameters.TryAdd(parameter, Value(text, ref at));
        }

        return new MediaType(name, parameters);
    }

    private static string Token(string text, ref int at)
    {
        SkipBlanks(text, ref at);
        int start = at;
        while (at < text.Length && text[at] is not (';' or '=' or '"' or '(' or ')') && text[at] > ' ')
            at++;
        return text[start..at].ToLowerInvariant();
    }

    private static string Value(string text, ref int at)
    {
        SkipBlanks(text, ref at);
        if (at < text.Length && text[at] == '"')
            return Quoted(text, ref at);
        int start = at;
        while (at < text.Length && text[at] is not (';' or '(') && text[at] > ' ')
            at++;
        return text[start..at];
    }

    private static string Quoted(string text, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            if (text[at] is not ('\r' or '\n'))
                value.Append(text[at]);
        }

        at = Math.Min(at + 1, text.Length);
        return value.ToString();
    }

    private static bool Skip(string text, ref int at, char wanted)
    {
        SkipBlanks(text, ref at);
        if (at >= text.Length || text[at] != wanted)
            return false;
        at++;
        return true;
    }

    /// <summary>Blanks, folds, and comments between the parts.</summary>
    private static void SkipBlanks(string text, ref int at)
    {
        int depth = 0;
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '(')
                depth++;
            else if (c == ')' && depth > 0)
                depth--;
            else if (depth == 0 && c > ' ')
                return;
        }
    }
}
