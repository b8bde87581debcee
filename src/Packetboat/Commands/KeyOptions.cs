using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Protocol.Sasl;
using Packetboat.Relay.Hub;

namespace Packetboat.Commands;

/// <summary>A client's key in place of a password: by its fingerprint, or by a certificate that holds it.</summary>
internal sealed class KeyOptions
{
    private readonly Option<string?> _fingerprint = new("--key-fingerprint")
    {
        Description = "SHA256:... of the client's public key, for EXTERNAL in place of a password",
    };
    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "A file with the client's certificate (PEM), whose key is taken",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_fingerprint);
        command.Options.Add(_certificate);
    }

    /// <returns>False when the file cannot be used, or both were given; said then.</returns>
    public bool TryRead(ParseResult parsed, out string? fingerprint)
    {
        fingerprint = parsed.GetValue(_fingerprint);
        if (parsed.GetValue(_certificate) is not { } file)
            return true;
        if (fingerprint is not null)
        {
            Print.Error("--key-fingerprint and --certificate say the same; leave one out");
            return false;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            fingerprint = KeyFingerprint.Format(TlsClientKey.HashOf(certificate));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Print.Error(
                $"{file}: it holds no certificate that can be read ({failure.Message}); name a PEM file, without the key"
            );
            return false;
        }
    }
}
