using System.Text;

namespace Packetboat.Protocol.Sasl;

/// <summary>
/// LOGIN: the name to the first prompt, the password to the second, whatever they say. No initial response: Synchronet answers 504 to one.
/// </summary>
internal sealed class LoginClientExchange(SaslClientOptions options) : SaslClientExchange
{
    private int _answered;

    public override string Mechanism => SaslMechanisms.Login;

    private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge) =>
        ++_answered switch
        {
            1 => new SaslClientStep.Response(Encoding.UTF8.GetBytes(options.Name)),
            2 => Last(Encoding.UTF8.GetBytes(options.Password)),
            _ => Unexpected(),
        };
}
