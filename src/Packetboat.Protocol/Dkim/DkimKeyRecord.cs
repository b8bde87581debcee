using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Packetboat.Protocol.Dkim;

/// <summary>A public key as a domain publishes it. RFC 6376 §3.6.1, RFC 8463 §4.2.</summary>
/// <param name="IsEd25519"><c>k=</c></param>
/// <param name="Key"><c>p=</c>; empty: revoked.</param>
/// <param name="IsForMail"><c>s=</c> has mail among its services.</param>
/// <param name="AllowsSha256"><c>h=</c> has it among its hashes.</param>
/// <param name="IsTesting"><c>t=y</c></param>
/// <param name="IsStrict"><c>t=s</c>: the identity's domain must be that of the signature itself.</param>
public sealed record DkimKeyRecord(bool IsEd25519, byte[] Key, bool IsForMail, bool AllowsSha256, bool IsTesting, bool IsStrict)
{
    /// <summary>RFC 8301 §3.2: what is shorter must not count.</summary>
    public const int MinRsaBits = 1024;

    /// <summary>What is longer only costs time.</summary>
    public const int MaxRsaBits = 8192;

    private const int MaxKeyOctets = 4096;

    public bool IsRevoked => Key.Length == 0;

    /// <param name="text">A TXT record.</param>
    /// <param name="record">Null if it is wrong.</param>
    /// <param name="fault">What is wrong; printable.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out DkimKeyRecord? record,
        [NotNullWhen(false)] out string? fault
    )
    {
        record = null;
        if (!DkimTags.TryParse(text, out DkimTags? tags, out fault))
            return false;
        if (tags["v"] is { } version && (version != "DKIM1" || tags.First != "v"))
            fault = "v= is not DKIM1, or not at the front";
        else if (tags["k"] is not (null or "rsa" or "ed25519"))
            fault = $"k={PrintableText.Ascii(tags["k"]!, 40)} is unknown";
        else if (tags["p"] is null)
            fault = "p= is missing";
        else if (!DkimTags.TryBase64(tags["p"], out byte[] key) || key.Length > MaxKeyOctets)
            fault = "p= is no key";
        else
        {
            string[] services = DkimTags.List(tags["s"] ?? "*");
            string[] flags = DkimTags.List(tags["t"] ?? "");
            record = new DkimKeyRecord(
                tags["k"] is "ed25519",
                key,
                services.Contains("*", StringComparer.Ordinal) || services.Contains("email", StringComparer.OrdinalIgnoreCase),
                DkimTags.List(tags["h"] ?? "sha256").Contains("sha256", StringComparer.OrdinalIgnoreCase),
                flags.Contains("y", StringComparer.OrdinalIgnoreCase),
                flags.Contains("s", StringComparer.OrdinalIgnoreCase)
            );
        }

        return fault is null;
    }

    /// <summary>Whether the signature is of this key.</summary>
    /// <param name="hash">SHA-256 of the header.</param>
    /// <param name="signature">Octets.</param>
    /// <param name="fault">Null unless the key itself is no good.</param>
    internal bool Verify(byte[] hash, byte[] signature, out string? fault)
    {
        fault = null;
        if (!IsEd25519)
            return VerifyRsa(hash, signature, out fault);
        if (Key.Length == Ed25519.PublicKeySize)
            return signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature, 0, Key, 0, hash, 0, hash.Length);
        fault = $"an Ed25519 key has {Ed25519.PublicKeySize} octets, not {Key.Length}";
        return false;
    }

    private bool VerifyRsa(byte[] hash, byte[] signature, out string? fault)
    {
        fault = null;
        using var rsa = RSA.Create();
        try
        {
            Import(rsa);
            if (rsa.KeySize is >= MinRsaBits and <= MaxRsaBits)
                return rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            fault = $"an RSA key of {rsa.KeySize} bits; {MinRsaBits} to {MaxRsaBits} count";
        }
        catch (CryptographicException)
        {
            fault = "p= is no RSA key";
        }

        return false;
    }

    /// <summary>A SubjectPublicKeyInfo, as everybody publishes; the bare key that RFC 6376 §3.6.1 can be read to mean, too.</summary>
    private void Import(RSA rsa)
    {
        try
        {
            rsa.ImportSubjectPublicKeyInfo(Key, out _);
        }
        catch (CryptographicException)
        {
            rsa.ImportRSAPublicKey(Key, out _);
        }
    }
}
