using System.Text;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A server's challenges, a line each, to the mechanism that the first octet chooses. No server is believed that does not know the password.
/// </summary>
internal sealed class SaslClientTarget : IFuzzTarget
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";

    private static readonly SaslClientOptions Options = new("my,node=1", "sesame open")
    {
        ChannelBindings = [new ChannelBinding(ChannelBinding.TlsServerEndPoint, [1, 2, 3, 4])],
    };

    public string Name => "sasl-client";

    public string What => "challenges to our side of each mechanism";

    public IReadOnlyList<string> Words { get; } =
    [
        $"r={Nonce}",
        Nonce,
        ",s=",
        "W22ZaJ0SNY7soEsUEjb6gQ==",
        ",i=4096",
        "v=",
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        "e=other-error",
        "<123@hub>",
        "\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        // A million rounds are what a server may ask for; a fuzzer has no time for them.
        if (input.IsEmpty || AsksForWork(input))
            return 0;
        int choice = input[0] % 8;
        SaslClientExchange exchange = choice switch
        {
            0 => new PlainClientExchange(Options),
            1 => new LoginClientExchange(Options),
            2 => new CramMd5ClientExchange(Options),
            3 => new ScramClientExchange(Options, plus: false, Nonce),
            4 => new ScramClientExchange(Options, plus: true, Nonce),
            5 => new OAuthBearerClientExchange(Options),
            6 => new XOAuth2ClientExchange(Options),
            _ => new ExternalClientExchange(Options),
        };
        if (input[0] / 8 % 2 == 0)
            exchange.InitialResponse();
        int steps = 0;
        SaslClientStep? step = null;
        foreach (Range range in input[1..].Split((byte)'\n'))
        {
            step = exchange.Next(input[1..][range]);
            steps++;
            if (step is SaslClientStep.Abort abort)
            {
                Check.IsPrintable(abort.Reason, "a reason");
                break;
            }
        }

        Check.That(steps <= 4 || step is SaslClientStep.Abort, "an exchange without end");
        Check.That(choice is not (3 or 4) || !exchange.IsComplete, "a server was believed that does not know the password");
        return HashCode.Combine(choice, steps, (step as SaslClientStep.Abort)?.Reason, exchange.IsComplete);
    }

    private static bool AsksForWork(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        int at = text.IndexOf("i=", StringComparison.Ordinal);
        return at >= 0 && text[(at + 2)..].TakeWhile(char.IsAsciiDigit).Count() > 4;
    }
}
