using System.Text;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// A client's responses, a line each, to the mechanism that the first octet chooses. Nobody signs in without the password, and no reason for
/// the log has it.
/// </summary>
internal sealed class SaslServerTarget : IFuzzTarget
{
    private const string Account = "MYBBS";
    private const string Password = "sesame open";

    /// <summary>Our half, which a client must repeat: a random one would keep every input out.</summary>
    private const string Nonce = "3rfcNHYJY1ZVvWVs7j";

    private static readonly ChannelBinding[] Bindings = [new(ChannelBinding.TlsServerEndPoint, [1, 2, 3, 4])];

    private readonly OneAccount _accounts = new();

    public string Name => "sasl-server";

    public string What => "responses to our side of each mechanism";

    public IReadOnlyList<string> Words { get; } =
    [
        "\0",
        "MYBBS",
        "sesame open",
        "n,,",
        "y,,",
        "p=tls-server-end-point,,",
        "n=MYBBS",
        ",r=",
        "fyko+d2lbbFgONRv9qkxdawL",
        "c=biws",
        ",p=",
        "=2C",
        "=3D",
        "m=x",
        "\n",
        " 0123456789abcdef0123456789abcdef",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return 0;
        byte[][] responses = [.. Lines(input[1..])];
        SaslServerExchange exchange = Exchange(input[0] % 5);
        // The lowest bit of the choice that is left says whether the first response comes with the command.
        bool isInitial = input[0] / 5 % 2 == 0;
        int at = isInitial ? 1 : 0;
        SaslStep step = Done(exchange.StartAsync(isInitial ? responses[0] : null, CancellationToken.None));
        int steps = 1;
        for (; step is SaslStep.Challenge challenge && at < responses.Length; at++, steps++)
        {
            Check.That(challenge.Data.Length <= 4096 * 2, "a challenge too long for its line");
            step = Done(exchange.NextAsync(responses[at], CancellationToken.None));
        }

        Check.That(steps <= 4, "an exchange of more steps than the mechanism has");
        if (exchange.ClaimedName is { } claimed)
            Check.That(!claimed.Any(char.IsControl), "a name with a control character");
        if (step is SaslStep.Failure failure)
        {
            Check.IsPrintable(failure.Reason, "a reason");
            Check.That(!failure.Reason.Contains(Password, StringComparison.Ordinal), "the password is in the log");
        }

        if (step is SaslStep.Success)
            Check.That(input.IndexOf(Encoding.UTF8.GetBytes(Password)) >= 0, "somebody signed in without the password");
        return HashCode.Combine(exchange.Mechanism, step.GetType(), (step as SaslStep.Failure)?.Reason, steps);
    }

    private SaslServerExchange Exchange(int choice) =>
        choice switch
        {
            0 => new PlainServerExchange(_accounts),
            1 => new LoginServerExchange(_accounts),
            2 => new CramMd5ServerExchange(_accounts, "<1896.697170952@hub.example>"u8.ToArray()),
            3 => new ScramServerExchange(_accounts, plus: false, Bindings, Nonce),
            _ => new ScramServerExchange(_accounts, plus: true, Bindings, Nonce),
        };

    private static List<byte[]> Lines(ReadOnlySpan<byte> input)
    {
        var lines = new List<byte[]>();
        foreach (Range range in input.Split((byte)'\n'))
            lines.Add(input[range].ToArray());
        return lines;
    }

    private static SaslStep Done(ValueTask<SaslStep> step)
    {
        Check.That(step.IsCompleted, "a step that waits for nothing");
        return step.GetAwaiter().GetResult();
    }

    private sealed class OneAccount : ISaslAccounts
    {
        private static readonly SaslIdentity Identity = new(Account, "default");
        private static readonly byte[] Salt = [.. "a salt for fuzzing"u8];
        private static readonly ScramVerifier Verifier = ScramVerifier.Derive(Password, Salt, ScramVerifier.MinIterations);

        public ValueTask<SaslIdentity?> VerifyPasswordAsync(string name, string password, CancellationToken ct) =>
            new(name == Account && password == Password ? Identity : null);

        public ValueTask<SaslIdentity?> VerifyKeyAsync(string name, byte[] keyHash, CancellationToken ct) =>
            new(name.Length == 0 || name == Account ? Identity : null);

        public ValueTask<ScramAccount> FindScramAsync(string name, CancellationToken ct) =>
            new(
                new ScramAccount(
                    Salt,
                    ScramVerifier.MinIterations,
                    name == Account ? [new ScramCandidate(Identity, Verifier)] : []
                )
            );

        public ValueTask<IReadOnlyList<SharedSecret>> FindSecretsAsync(string name, CancellationToken ct) =>
            new(name == Account ? [new SharedSecret(Identity, Encoding.UTF8.GetBytes(Password))] : []);
    }
}
