using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Packetboat.Protocol.Dkim;

/// <summary>A key to sign with: RSA, or Ed25519, which the platform does not have. Many threads may use one.</summary>
public sealed class DkimPrivateKey : IDisposable
{
    /// <summary>What <c>dkim new</c> makes: every receiver takes it, and its record fits one packet.</summary>
    public const int NewRsaBits = 2048;

    private const string Pkcs8Label = "PRIVATE KEY";

    /// <summary>A PKCS#8 key of RFC 8410 §7, up to its 32 octets.</summary>
    private static readonly byte[] Ed25519Prefix =
    [
        .. (ReadOnlySpan<byte>)[0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
    ];

    private readonly Lock _lock = new();
    private readonly RSA? _rsa;
    private readonly byte[] _seed = [];
    private readonly byte[] _public;

    private DkimPrivateKey(RSA rsa) => (_rsa, _public) = (rsa, rsa.ExportSubjectPublicKeyInfo());

    private DkimPrivateKey(byte[] seed)
    {
        _seed = seed;
        _public = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, _public, 0);
    }

    public DkimAlgorithm Algorithm => _rsa is null ? DkimAlgorithm.Ed25519Sha256 : DkimAlgorithm.RsaSha256;

    /// <summary><c>rsa-sha256</c> or <c>ed25519-sha256</c>.</summary>
    public string AlgorithmName => _rsa is null ? "ed25519-sha256" : "rsa-sha256";

    /// <summary>What belongs into the TXT record at <c>selector._domainkey.domain</c>. RFC 6376 §3.6.1, RFC 8463 §4.</summary>
    public string Record => $"v=DKIM1; k={(_rsa is null ? "ed25519" : "rsa")}; p={Convert.ToBase64String(_public)}";

    /// <summary>Whether a TXT record has the public half of this key, and lets it sign mail.</summary>
    public bool IsPublishedBy(string text) =>
        DkimKeyRecord.TryParse(text, out DkimKeyRecord? record, out _)
        && record is { IsForMail: true, AllowsSha256: true }
        && record.IsEd25519 == (_rsa is null)
        && record.Key.AsSpan().SequenceEqual(_public);

    public static DkimPrivateKey CreateRsa() => new(RSA.Create(NewRsaBits));

    public static DkimPrivateKey CreateEd25519() => new(RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize));

    /// <param name="pem">PKCS#8, or PKCS#1 for RSA.</param>
    /// <param name="key">Null if it is no such key.</param>
    /// <param name="fault">What is wrong, without any of the text.</param>
    public static bool TryRead(string pem, [NotNullWhen(true)] out DkimPrivateKey? key, [NotNullWhen(false)] out string? fault)
    {
        (key, fault) = (null, "it is not a private key in PEM");
        if (!PemEncoding.TryFind(pem, out PemFields fields))
            return false;
        string label = pem[fields.Label];
        byte[] der = Convert.FromBase64String(pem[fields.Base64Data]);
        if (
            label == Pkcs8Label
            && der.Length == Ed25519Prefix.Length + Ed25519.SecretKeySize
            && der.AsSpan().StartsWith(Ed25519Prefix)
        )
        {
            (key, fault) = (new DkimPrivateKey(der[Ed25519Prefix.Length..]), null);
            return true;
        }

        if (label is not (Pkcs8Label or "RSA PRIVATE KEY"))
        {
            fault = "it is neither an RSA nor an Ed25519 key, or it is encrypted";
            return false;
        }

        return TryReadRsa(der, label == Pkcs8Label, out key, out fault);
    }

    /// <summary>PKCS#8.</summary>
    public string ToPem() =>
        _rsa is null
            ? PemEncoding.WriteString(Pkcs8Label, (byte[])[.. Ed25519Prefix, .. _seed])
            : _rsa.ExportPkcs8PrivateKeyPem();

    public void Dispose() => _rsa?.Dispose();

    /// <param name="hash">SHA-256 of the header.</param>
    internal byte[] Sign(byte[] hash)
    {
        if (_rsa is not null)
        {
            lock (_lock)
                return _rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        byte[] signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, hash, 0, hash.Length, signature, 0);
        return signature;
    }

    private static bool TryReadRsa(
        byte[] der,
        bool isPkcs8,
        [NotNullWhen(true)] out DkimPrivateKey? key,
        [NotNullWhen(false)] out string? fault
    )
    {
        (key, fault) = (null, null);
        RSA rsa = RSA.Create();
        try
        {
            if (isPkcs8)
                rsa.ImportPkcs8PrivateKey(der, out _);
            else
                rsa.ImportRSAPrivateKey(der, out _);
            if (rsa.KeySize is >= DkimKeyRecord.MinRsaBits and <= DkimKeyRecord.MaxRsaBits)
            {
                key = new DkimPrivateKey(rsa);
                return true;
            }

            fault = $"an RSA key of {rsa.KeySize} bits; {DkimKeyRecord.MinRsaBits} to {DkimKeyRecord.MaxRsaBits} count";
        }
        catch (CryptographicException)
        {
            fault = "it is neither an RSA nor an Ed25519 key";
        }

        rsa.Dispose();
        return false;
    }
}
