using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// EXTERNAL: the TLS handshake has shown our key, and the message says whom to act for; empty where the key says that. RFC 4422 appendix A.
/// </summary>
internal sealed class ExternalClientExchange(SaslClientOptions options) : SaslClientExchange
{
    private bool _sent;

    public override string Mechanism => SaslMechanisms.External;

    public override ReadOnlyMemory<byte>? InitialResponse()
    {
        (_sent, IsComplete) = (true, true);
        return Encoding.UTF8.GetBytes(options.Name);
    }

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge)
    {
        if (_sent)
            return Unexpected();
        _sent = true;
        return Last(Encoding.UTF8.GetBytes(options.Name));
    }
}
