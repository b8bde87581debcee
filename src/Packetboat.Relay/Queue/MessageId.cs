using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Packetboat.Relay.Queue;

/// <summary>
/// The name of a message: in our 250, the log, the trace, the Received field and the bounce. Ten random characters (50 bits) that can be
/// read aloud: no letter that looks or sounds like another. One cannot be guessed from another: see <see cref="MessageIdSequence"/>.
/// </summary>
public static class MessageId
{
    public const int Length = 10;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int BitsPerCharacter = 5;

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <param name="value">50 bits.</param>
    internal static string Of(long value) =>
        string.Create(
            Length,
            value,
            (text, rest) =>
            {
                for (int i = Length - 1; i >= 0; i--, rest >>= BitsPerCharacter)
                    text[i] = Alphabet[(int)rest & (Alphabet.Length - 1)];
            }
        );

    internal static bool TryValue(string id, out long value)
    {
        value = 0;
        if (id.Length != Length || id.AsSpan().ContainsAnyExcept(Characters))
            return false;
        foreach (char c in id)
            value = (value << BitsPerCharacter) | (uint)Alphabet.IndexOf(c, StringComparison.Ordinal);
        return true;
    }

    /// <summary>Reads what a person typed: case does not matter, blanks and hyphens are dropped, O is 0, I and L are 1.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? id)
    {
        id = null;
        string plain = text.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant();
        plain = plain.Replace('O', '0').Replace('I', '1').Replace('L', '1');
        if (plain.Length != Length || plain.AsSpan().ContainsAnyExcept(Characters))
            return false;
        id = plain;
        return true;
    }
}
