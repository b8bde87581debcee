using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Passwords that can be read over the telephone and typed into a menu: four groups of five. 20 characters of 31 are 99 bits. Lower case
/// only, because a Synchronet hub folds its side of CRAM-MD5 to lower case and compares PLAIN in any case; 23 characters are within its 40.
/// </summary>
public static class PasswordGenerator
{
    /// <summary>Without i, l, o, 0 and 1.</summary>
    internal const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    public const int SeedLength = 64;

    private const int Groups = 4;
    internal const int GroupLength = 5;

    public static string Generate() => string.Join('-', Group(), Group(), Group(), Group());

    /// <summary>From octets that nobody can guess, the same from the same ones.</summary>
    /// <param name="seed"><see cref="SeedLength"/> of them.</param>
    public static string From(ReadOnlySpan<byte> seed)
    {
        // What would make some characters likelier than others is left out; a run of 64 octets has 20 others but for once in 10^40.
        int fair = byte.MaxValue + 1 - ((byte.MaxValue + 1) % Alphabet.Length);
        var chosen = new StringBuilder();
        foreach (byte octet in seed)
        {
            if (octet >= fair || chosen.Length == Groups * GroupLength)
                continue;
            chosen.Append(Alphabet[octet % Alphabet.Length]);
        }

        return chosen.Length == Groups * GroupLength
            ? InGroups(chosen.ToString())
            : throw new ArgumentException($"a seed has {SeedLength} random octets", nameof(seed));
    }

    /// <summary>Groups of five with hyphens between them.</summary>
    internal static string InGroups(string text) => string.Join('-', text.Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>Every character is equally likely.</summary>
    internal static string Group() => RandomNumberGenerator.GetString(Alphabet, GroupLength);
}
