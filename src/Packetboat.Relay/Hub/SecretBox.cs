using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Hub;

/// <summary>
/// Seals what must be kept readable, under a key that lies in a file beside the database: a copy of the database alone gives no password
/// away. A sealed secret opens only for the account and credential it was sealed for, so it cannot be moved to another row.
/// </summary>
public sealed class SecretBox
{
    public const string FileName = "secret.key";

    private const int KeyLength = 32;
    private const byte Version = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly int NonceLength = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagLength = AesGcm.TagByteSizes.MaxSize;
    private static readonly int HeaderLength = 1 + NonceLength + TagLength;

    private readonly byte[] _sealingKey;
    private readonly byte[] _namingKey;
    private readonly byte[] _enrolmentKey;
    private readonly byte[] _rewritingKey;

    /// <param name="key">32 random bytes, the same at every start.</param>
    public SecretBox(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"a key has {KeyLength} bytes", nameof(key));
        _sealingKey = Derive(key, "packetboat reversible secrets"u8);
        _namingKey = Derive(key, "packetboat salts of unknown names"u8);
        _rewritingKey = Derive(key, "packetboat rewritten senders"u8);
        _enrolmentKey = Derive(key, "packetboat passwords of enrolled nodes"u8);
    }

    /// <summary>With the key in this directory, which is made and kept if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is not a key, or others may read it.</exception>
    public static SecretBox Open(string dataDirectory)
    {
        string path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
            CreateKey(path);
        return new SecretBox(ReadKey(path));
    }

    /// <summary>Version, nonce, tag, ciphertext.</summary>
    public byte[] Seal(QwkId account, string credential, string secret) => Seal(OwnerOf(account, credential), secret);

    /// <summary>The same for a token that we sign in with.</summary>
    /// <param name="owner">Whose, as <see cref="TryOpenToken"/> has to say it.</param>
    /// <param name="secret">The token.</param>
    public byte[] SealToken(string owner, string secret) => Seal(OwnerOf(owner), secret);

    private byte[] Seal(byte[] owner, string secret)
    {
        byte[] plain = Encoding.UTF8.GetBytes(secret);
        byte[] box = new byte[HeaderLength + plain.Length];
        box[0] = Version;
        Span<byte> nonce = box.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);

        using var aes = new AesGcm(_sealingKey, TagLength);
        aes.Encrypt(nonce, plain, box.AsSpan(HeaderLength), box.AsSpan(1 + NonceLength, TagLength), owner);
        return box;
    }

    /// <summary>False when it was sealed under another key or for somebody else, or was damaged.</summary>
    public bool TryOpen(QwkId account, string credential, ReadOnlySpan<byte> box, [NotNullWhen(true)] out byte[]? secret) =>
        TryOpen(OwnerOf(account, credential), box, out secret);

    public bool TryOpenToken(string owner, ReadOnlySpan<byte> box, [NotNullWhen(true)] out byte[]? secret) =>
        TryOpen(OwnerOf(owner), box, out secret);

    private bool TryOpen(byte[] owner, ReadOnlySpan<byte> box, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        if (box.Length < HeaderLength || box[0] != Version)
            return false;

        byte[] plain = new byte[box.Length - HeaderLength];
        using var aes = new AesGcm(_sealingKey, TagLength);
        try
        {
            aes.Decrypt(box.Slice(1, NonceLength), box[HeaderLength..], box.Slice(1 + NonceLength, TagLength), plain, owner);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        secret = plain;
        return true;
    }

    /// <summary>
    /// The salt that SCRAM shows for a name that nobody has: the same each time and after a restart, or asking twice would tell that the
    /// account does not exist.
    /// </summary>
    public byte[] SaltForUnknown(string loginForm, int length) =>
        HMACSHA256.HashData(_namingKey, Encoding.UTF8.GetBytes(loginForm))[..length];

    /// <summary>
    /// The password of a node that joins: the same each time that it asks with the same secret, so that an answer that was lost on the way can
    /// be given again although the password is not kept.
    /// </summary>
    /// <param name="invitation">By which it joins.</param>
    /// <param name="secret">The node's own, which only it knows.</param>
    public string EnrolmentPassword(string invitation, ReadOnlySpan<byte> secret)
    {
        Span<byte> seed = stackalloc byte[PasswordGenerator.SeedLength];
        byte[] who = [.. Encoding.UTF8.GetBytes(invitation), 0, .. secret];
        HKDF.Expand(HashAlgorithmName.SHA256, HMACSHA256.HashData(_enrolmentKey, who), seed, info: []);
        return PasswordGenerator.From(seed);
    }

    /// <summary>What proves that a rewritten sender was made here.</summary>
    public byte[] SrsMark(byte[] text) => HMACSHA256.HashData(_rewritingKey, text);

    private static byte[] OwnerOf(QwkId account, string credential) => Encoding.UTF8.GetBytes($"{account.Text}\0{credential}");

    /// <summary>No account is called so: a QWK-ID has capital letters alone.</summary>
    private static byte[] OwnerOf(string token) => Encoding.UTF8.GetBytes($"token\0{token}");

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose)
    {
        byte[] derived = new byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], purpose);
        return derived;
    }

    /// <summary>
    /// Written whole under another name first: a half-written key that is used once makes secrets that no one can open. The file must
    /// never be readable by others, not even for a moment.
    /// </summary>
    private static void CreateKey(string path)
    {
        string draft = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;

        using (var file = new FileStream(draft, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyLength));
            file.Flush(flushToDisk: true);
        }

        FileOwner.Inherit(draft);
        MoveUnlessThere(draft, path);
        DurableNames.Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Another process may have made the key meanwhile; then that one counts.</summary>
    private static void MoveUnlessThere(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }

    private static byte[] ReadKey(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None)
            throw new InvalidDataException($"{path} may be read by others; set its mode to 0600");
        byte[] key = File.ReadAllBytes(path);
        return key.Length == KeyLength
            ? key
            : throw new InvalidDataException($"{path} has {key.Length} bytes instead of {KeyLength}; restore it from a backup");
    }
}
