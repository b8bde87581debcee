using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Admin.Enrolment;

/// <summary>
/// What a sysop was told of his hub's certificate: its SHA-256 in hexadecimal, with colons or without, as openssl prints it; or that of its
/// key in base64, as <c>sha256//...</c>, which is curl's form and outlives a renewal with the same key.
/// </summary>
public sealed class HubPin
{
    private const string KeyPrefix = "sha256//";

    private readonly byte[] _digest;
    private readonly bool _isOfKey;

    private HubPin(byte[] digest, bool isOfKey) => (_digest, _isOfKey) = (digest, isOfKey);

    public static bool TryParse(string text, [NotNullWhen(true)] out HubPin? pin)
    {
        pin = null;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        string digits = text.Replace(":", "", StringComparison.Ordinal);
        if (text.StartsWith(KeyPrefix, StringComparison.Ordinal))
        {
            if (Convert.TryFromBase64String(text[KeyPrefix.Length..], digest, out int length) && length == digest.Length)
                pin = new HubPin(digest.ToArray(), isOfKey: true);
        }
        else if (digits.Length == 2 * digest.Length && digits.All(char.IsAsciiHexDigit))
        {
            pin = new HubPin(Convert.FromHexString(digits), isOfKey: false);
        }

        return pin is not null;
    }

    internal bool IsOf(X509Certificate2 certificate) =>
        SHA256
            .HashData(_isOfKey ? certificate.PublicKey.ExportSubjectPublicKeyInfo() : certificate.RawData)
            .AsSpan()
            .SequenceEqual(_digest);
}
