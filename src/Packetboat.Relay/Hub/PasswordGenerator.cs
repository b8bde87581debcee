using System.Security.Cryptography;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Passwords that can be read over the telephone and typed into a menu: four groups of five. 20 characters of 31 are 99 bits. Lower case
/// only, because a Synchronet hub folds its side of CRAM-MD5 to lower case and compares PLAIN in any case; 23 characters are within its 40.
/// </summary>
public static class PasswordGenerator
{
    /// <summary>Without i, l, o, 0 and 1.</summary>
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    public static string Generate() => string.Join('-', Group(), Group(), Group(), Group());

    /// <summary>Every character is equally likely.</summary>
    private static string Group() => RandomNumberGenerator.GetString(Alphabet, 5);
}
