using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// Shows a token. A server that does not take it answers with a challenge that says why, as JSON, and only after a last response with its
/// refusal. RFC 7628 §3.2.2.
/// </summary>
internal abstract class TokenClientExchange(SaslClientOptions options) : SaslClientExchange
{
    private bool _sent;
    private bool _failed;

    private protected SaslClientOptions Options { get; } = options;

    public override ReadOnlyMemory<byte>? InitialResponse()
    {
        (_sent, IsComplete) = (true, true);
        return Encoding.UTF8.GetBytes(Message());
    }

    /// <summary>The token and whose it is, in the words of the mechanism.</summary>
    private protected abstract string Message();

    /// <summary>What is said to the server's explanation.</summary>
    private protected abstract byte[] AfterFailure { get; }

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge)
    {
        if (!_sent)
        {
            _sent = true;
            return Last(Encoding.UTF8.GetBytes(Message()));
        }

        if (_failed)
            return Unexpected();
        // Who takes the token now has said before that he does not.
        (_failed, IsComplete) = (true, false);
        return new SaslClientStep.Response(AfterFailure);
    }
}
