using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Packetboat.Protocol;

namespace Packetboat.Relay.Hub;

/// <summary>SHA-256 of a public key (SubjectPublicKeyInfo), in the forms in which programs write it.</summary>
public static class KeyFingerprint
{
    private const string Ours = "SHA256:";
    private const string Curls = "sha256//";

    /// <summary>As <c>ssh-keygen</c> writes fingerprints: <c>SHA256:</c> and base64 without padding.</summary>
    public static string Format(byte[] hash) => Ours + Convert.ToBase64String(hash).TrimEnd('=');

    /// <summary>Base64 or hexadecimal, with colons or without, with <c>SHA256:</c> or curl's <c>sha256//</c> in front or without.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out byte[]? hash, [NotNullWhen(false)] out Refusal? refusal)
    {
        string bare = text.Trim();
        foreach (string prefix in (string[])[Ours, Curls])
            if (bare.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                bare = bare[prefix.Length..];
        hash = FromHex(bare.Replace(":", "", StringComparison.Ordinal)) ?? FromBase64(bare.TrimEnd('='));
        refusal = hash is null
            ? new Refusal(
                PrintableText.Of(text, 100),
                "it is not the SHA-256 of a public key",
                "Write SHA256: and 43 characters of base64, or name the certificate with --certificate FILE"
            )
            : null;
        return hash is not null;
    }

    private static byte[]? FromHex(string text)
    {
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        bool isWhole = text.Length == 2 * hash.Length;
        return isWhole && Convert.FromHexString(text, hash, out _, out _) == System.Buffers.OperationStatus.Done ? hash : null;
    }

    private static byte[]? FromBase64(string text)
    {
        string padded = text + '=';
        return padded.Length == 44 && Base64.IsValid(padded, out int length) && length == SHA256.HashSizeInBytes
            ? Convert.FromBase64String(padded)
            : null;
    }
}
