using Packetboat.Relay.Tokens;

namespace Packetboat.Fuzz.Targets;

/// <summary>The first octet chooses the status, the rest is the answer of an authorization server.</summary>
internal sealed class TokenTarget : IFuzzTarget
{
    private static readonly int[] Statuses = [200, 400, 401, 429, 500, 302];

    public string Name => "token";

    public string What => "an authorization server's answer";

    public IReadOnlyList<string> Words { get; } =
    [
        "{",
        "}",
        "\"access_token\":\"a\"",
        "\"refresh_token\":\"r\"",
        "\"expires_in\":3600",
        "\"expires_in\":\"1e400\"",
        "\"interval\":5",
        "\"error\":\"invalid_grant\"",
        "\"error_description\":\"\\u001b[2J\"",
        "\"user_code\":\"WDJB-MJHT\"",
        "\"verification_uri\":\"https://a.example\"",
        ",",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return 0;
        int status = Statuses[input[0] % Statuses.Length];
        TokenReply reply = TokenReply.Read(status, input[1..].ToArray());
        foreach (string shown in (string[])[reply.Error, reply.Fault, reply.UserCode, reply.VerificationUri])
            Check.IsPrintable(shown, "what is shown");
        Check.That(reply.Error.Length == 0 || reply.Fault.Length > 0, "a refusal without words");
        Check.That(!reply.IsFinal || status is >= 200 and < 500 and not (408 or 425 or 429), $"{status} is final");
        Check.That(reply.Error.Length == 0 || !reply.AccessToken.IsSet, "a refusal with a token");
        Check.That(reply.Life >= TimeSpan.Zero && reply.Life <= TimeSpan.FromDays(3650), $"it lives for {reply.Life}");
        return HashCode.Combine(status, reply.Error.Length, reply.AccessToken.IsSet, reply.RefreshToken.IsSet, reply.Life);
    }
}
