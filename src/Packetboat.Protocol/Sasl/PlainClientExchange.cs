using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>PLAIN. RFC 4616 §2. The message goes with the AUTH command, or after an empty challenge where a server insists on one.</summary>
internal sealed class PlainClientExchange(SaslClientOptions options) : SaslClientExchange
{
    private bool _sent;

    public override string Mechanism => SaslMechanisms.Plain;

    public override ReadOnlyMemory<byte>? InitialResponse()
    {
        (_sent, IsComplete) = (true, true);
        return Message();
    }

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge)
    {
        if (_sent)
            return Unexpected();
        _sent = true;
        return Last(Message());
    }

    private byte[] Message() => Encoding.UTF8.GetBytes($"{options.AuthorizationId}\0{options.Name}\0{options.Password}");
}
