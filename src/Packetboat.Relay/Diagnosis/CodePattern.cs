namespace Packetboat.Relay.Diagnosis;

/// <summary>
/// Codes that a reply has: <c>550, 4xx</c> or <c>5.7.25, x.1.1</c>. An <c>x</c> stands for any digit of a basic code, or for any number of
/// an enhanced one. RFC 5321 §4.2, RFC 3463 §2.
/// </summary>
internal sealed class CodePattern
{
    private readonly string[][] _codes;

    private CodePattern(string[][] codes) => _codes = codes;

    public static CodePattern? ParseBasic(string text) =>
        Parse(text, code => [.. code.Select(digit => digit.ToString())], IsBasic);

    public static CodePattern? ParseEnhanced(string text) => Parse(text, code => code.Split('.'), IsEnhanced);

    public bool FitsBasic(int code) => Array.Exists(_codes, pattern => FitsBasic(pattern, code));

    /// <param name="enhanced">As received; empty where there was none, which fits nothing.</param>
    public bool FitsEnhanced(ReadOnlySpan<char> enhanced)
    {
        foreach (string[] pattern in _codes)
            if (FitsEnhanced(pattern, enhanced))
                return true;
        return false;
    }

    private static CodePattern? Parse(string text, Func<string, string[]> split, Func<string[], bool> isCode)
    {
        string[][] codes = [.. text.ToLowerInvariant().Split(',').Select(code => split(code.Trim()))];
        return Array.TrueForAll(codes, code => isCode(code)) ? new CodePattern(codes) : null;
    }

    private static bool IsBasic(string[] digits) =>
        digits is ["4" or "5" or "x", _, _] && Array.TrueForAll(digits, digit => digit == "x" || char.IsAsciiDigit(digit[0]));

    private static bool IsEnhanced(string[] numbers) =>
        numbers is ["4" or "5" or "x", _, _] && Array.TrueForAll(numbers, number => number == "x" || IsNumber(number));

    private static bool IsNumber(string number) =>
        number.Length is > 0 and <= 3 && number.All(char.IsAsciiDigit) && (number.Length == 1 || number[0] != '0');

    private static bool FitsBasic(string[] pattern, int code)
    {
        int[] digits = [code / 100, code / 10 % 10, code % 10];
        for (int i = 0; i < digits.Length; i++)
            if (pattern[i] != "x" && pattern[i][0] - '0' != digits[i])
                return false;
        return true;
    }

    private static bool FitsEnhanced(string[] pattern, ReadOnlySpan<char> enhanced)
    {
        foreach (string number in pattern)
        {
            int dot = enhanced.IndexOf('.');
            ReadOnlySpan<char> part = dot < 0 ? enhanced : enhanced[..dot];
            if (part.IsEmpty || (number != "x" && !part.SequenceEqual(number)))
                return false;
            enhanced = dot < 0 ? default : enhanced[(dot + 1)..];
        }

        return enhanced.IsEmpty;
    }
}
