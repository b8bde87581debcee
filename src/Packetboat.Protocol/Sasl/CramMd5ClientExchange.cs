using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// CRAM-MD5. RFC 2195 §2. The password is the key as it stands; a Synchronet hub folds its own to lower case, so a password for one must
/// be in lower case already.
/// </summary>
internal sealed class CramMd5ClientExchange(SaslClientOptions options) : SaslClientExchange
{
    public override string Mechanism => SaslMechanisms.CramMd5;

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge)
    {
        if (IsComplete)
            return Unexpected();
        if (challenge.IsEmpty)
            return new SaslClientStep.Abort("the server's challenge is empty");

        byte[] digest = HMACMD5.HashData(Encoding.UTF8.GetBytes(options.Password), challenge);
        return Last(Encoding.UTF8.GetBytes($"{options.Name} {Convert.ToHexStringLower(digest)}"));
    }
}
