using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>
/// A node that signs its own mail, RSA of 2048 bits, simple/simple (RFC 6376 §3.4). It shares nothing with the product, so that the server has
/// to agree with another's reading of the RFC.
/// </summary>
internal sealed class NodeKey : IDisposable
{
    private const string Selector = "node";

    private readonly RSA _key = RSA.Create(2048);

    public static string RecordName => $"{Selector}._domainkey.{BenchMessage.Domain}";

    /// <summary>For the DNS. RFC 6376 §3.6.1.</summary>
    public string Record => $"v=DKIM1; k=rsa; p={Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())}";

    public void Dispose() => _key.Dispose();

    /// <param name="fields">Whole ones, each with its end of line, in the order of the message; all of them are signed.</param>
    /// <param name="body">With the end of line of its last line.</param>
    /// <returns>The field, with its end of line.</returns>
    public string Sign(IReadOnlyList<string> fields, string body)
    {
        string names = string.Join(':', fields.Select(field => field[..field.IndexOf(':', StringComparison.Ordinal)]));
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(body)));
        string unsigned =
            $"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d={BenchMessage.Domain}; s={Selector};\r\n h={names};\r\n bh={hash};\r\n b=";
        byte[] signed = Encoding.ASCII.GetBytes(string.Concat(fields) + unsigned);
        byte[] signature = _key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        // Lines no longer than RFC 5322 §2.1.1 recommends.
        string lines = string.Join("\r\n ", Convert.ToBase64String(signature).Chunk(74).Select(line => new string(line)));
        return $"{unsigned}{lines}\r\n";
    }
}
