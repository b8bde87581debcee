using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// What a server keeps instead of a password: enough to check one, not enough to use it elsewhere. RFC 5802 §3, with SHA-256 (RFC 7677).
/// </summary>
public sealed class ScramVerifier
{
    /// <summary>
    /// RFC 7677 §4 asks for 4096 or more. This many took 11 to 18 ms of a core where it was measured, which a sign-in may cost once an hour
    /// for each node, and a stranger's guess every time. Against guessing offline more would help little: generated passwords have 99 bits.
    /// </summary>
    public const int DefaultIterations = 15_000;

    /// <summary>Fewer is refused, from a file or from a server. RFC 7677 §4.</summary>
    public const int MinIterations = 4096;

    /// <summary>More is refused: a hostile server would keep our processor busy. RFC 5802 §9.</summary>
    public const int MaxIterations = 1_000_000;

    public const int SaltLength = 16;

    private const int MaxSalt = 64;
    private const int KeyLength = SHA256.HashSizeInBytes;
    private const string Scheme = "SCRAM-SHA-256";

    private readonly byte[] _salt;
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    private ScramVerifier(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey)
    {
        _salt = salt;
        Iterations = iterations;
        _storedKey = storedKey;
        _serverKey = serverKey;
    }

    public int Iterations { get; }

    public ReadOnlySpan<byte> Salt => _salt;

    public ReadOnlySpan<byte> StoredKey => _storedKey;

    public ReadOnlySpan<byte> ServerKey => _serverKey;

    /// <summary>With a salt of its own.</summary>
    public static ScramVerifier Derive(string password, int iterations = DefaultIterations) =>
        Derive(password, RandomNumberGenerator.GetBytes(SaltLength), iterations);

    /// <exception cref="ArgumentException">The password is one that <see cref="SaslText.TryPrepare"/> refuses.</exception>
    public static ScramVerifier Derive(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        byte[] salted = SaltedPassword(password, salt, iterations);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        byte[] serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return new ScramVerifier(salt.ToArray(), iterations, SHA256.HashData(clientKey), serverKey);
    }

    /// <summary><c>Hi()</c> of RFC 5802 §2.2: the slow part.</summary>
    /// <exception cref="ArgumentException">The password is one that <see cref="SaslText.TryPrepare"/> refuses.</exception>
    internal static byte[] SaltedPassword(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        if (!SaslText.TryPrepare(password, out string? prepared))
            throw new ArgumentException("the password is empty or holds a control character", nameof(password));
        return Rfc2898DeriveBytes.Pbkdf2(prepared, salt, iterations, HashAlgorithmName.SHA256, KeyLength);
    }

    /// <summary>Whether this is the password, at the cost of one derivation.</summary>
    public bool Verify(string password) =>
        SaslText.TryPrepare(password, out string? prepared) && IsSameAs(Derive(prepared, _salt, Iterations));

    /// <summary>Whether both came from one password, one salt and one count. The time it takes says nothing about the keys.</summary>
    public bool IsSameAs(ScramVerifier other) =>
        HasSaltOf(other)
        && CryptographicOperations.FixedTimeEquals(_storedKey, other._storedKey)
        && CryptographicOperations.FixedTimeEquals(_serverKey, other._serverKey);

    /// <summary>Whether one derivation serves both.</summary>
    public bool HasSaltOf(ScramVerifier other) => Iterations == other.Iterations && Salt.SequenceEqual(other.Salt);

    /// <summary>Text for the store: <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, after RFC 5803 §2.</summary>
    public string Format() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Scheme}${Iterations}:{Convert.ToBase64String(_salt)}${Convert.ToBase64String(_storedKey)}:{Convert.ToBase64String(_serverKey)}"
        );

    public static bool TryParse(string text, [NotNullWhen(true)] out ScramVerifier? verifier)
    {
        verifier = null;
        string[] parts = text.Split('$');
        if (parts.Length != 3 || parts[0] != Scheme)
            return false;
        if (
            !TrySplit(parts[1], out string? count, out string? salt)
            || !TrySplit(parts[2], out string? stored, out string? server)
        )
            return false;
        if (!TryIterations(count, out int iterations) || !TryBase64(salt, out byte[]? saltBytes))
            return false;
        if (!TryBase64(stored, out byte[]? storedKey) || !TryBase64(server, out byte[]? serverKey))
            return false;
        if (saltBytes.Length is 0 or > MaxSalt || storedKey.Length != KeyLength || serverKey.Length != KeyLength)
            return false;

        verifier = new ScramVerifier(saltBytes, iterations, storedKey, serverKey);
        return true;
    }

    /// <summary>Says nothing that an attacker could use: verifiers end up in log lines by accident.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}, {Iterations} iterations");

    internal static bool TryIterations(ReadOnlySpan<char> text, out int iterations) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out iterations)
        && iterations is >= MinIterations and <= MaxIterations;

    internal static bool TryBase64(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        byte[] buffer = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        if (text.AsSpan().ContainsAny(" \t\r\n") || !Convert.TryFromBase64String(text, buffer, out int length))
            return false;
        bytes = buffer[..length];
        return true;
    }

    private static bool TrySplit(string text, [NotNullWhen(true)] out string? left, [NotNullWhen(true)] out string? right)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        (left, right) = colon < 0 ? (null, null) : (text[..colon], text[(colon + 1)..]);
        return left is not null && right is not null;
    }
}
