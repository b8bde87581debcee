using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>A mechanism of one message, which goes with the AUTH command, or after an empty challenge where a server insists on one.</summary>
internal abstract class OneMessageClientExchange : SaslClientExchange
{
    private bool _sent;

    public override ReadOnlyMemory<byte>? InitialResponse()
    {
        (_sent, IsComplete) = (true, true);
        return Encoding.UTF8.GetBytes(Message);
    }

    private protected abstract string Message { get; }

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge)
    {
        if (_sent)
            return Unexpected();
        _sent = true;
        return Last(Encoding.UTF8.GetBytes(Message));
    }
}
