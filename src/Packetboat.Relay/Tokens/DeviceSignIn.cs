using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Tokens;

/// <summary>A person signs in on another device: he gets an address and a code, and we ask until he has done it. RFC 8628.</summary>
internal sealed class DeviceSignIn(AuthorizationServer server, TimeProvider time)
{
    /// <summary>RFC 8628 §3.5: so much longer from then on.</summary>
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    /// <summary>Between two questions at least, whatever the server says.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>The pause doubles up to this while nobody answers. RFC 8628 §3.5.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Whatever the server says: nobody waits for ever.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <param name="token">Which.</param>
    /// <param name="begun">What the provider has said at the beginning.</param>
    /// <param name="person">Gets the address and the code.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>An answer with a refresh token.</returns>
    public async Task<Result<TokenReply>> RunAsync(
        TokenSettings token,
        TokenReply begun,
        ISignInPerson person,
        CancellationToken ct
    )
    {
        if (begun.Error.Length > 0)
            return NotDone(token, begun.Fault);
        if (!begun.DeviceCode.IsSet || begun.UserCode.Length == 0)
            return NotDone(token, "the answer has no code");
        if (!Uri.TryCreate(begun.VerificationUri, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttps)
            return NotDone(token, $"the answer has no address to sign in at by HTTPS, but '{begun.VerificationUri}'");
        person.TypeIn(begun.VerificationUri, begun.UserCode);
        return await PollAsync(token, begun, ct);
    }

    private async Task<Result<TokenReply>> PollAsync(TokenSettings token, TokenReply begun, CancellationToken ct)
    {
        TimeSpan pause = begun.Interval > ShortestPause ? begun.Interval : ShortestPause;
        DateTimeOffset end = time.GetUtcNow() + (begun.Life < Longest ? begun.Life : Longest);
        while (time.GetUtcNow() < end)
        {
            TimeSpan left = end - time.GetUtcNow();
            await Task.Delay(pause < left ? pause : left, time, ct);
            TokenReply reply = await server.PollDeviceAsync(token, begun.DeviceCode, ct);
            switch (reply.Error)
            {
                case "":
                    return reply.RefreshToken.IsSet
                        ? reply
                        : NotDone(token, "the answer has no refresh_token; does Scope ask for one (offline_access)?");
                case "slow_down":
                    pause += SlowDown;
                    break;
                case "authorization_pending":
                    break;
                default:
                    if (reply.IsFinal)
                        return NotDone(token, reply.Fault);
                    if (pause < LongestPause)
                        pause = 2 * pause < LongestPause ? 2 * pause : LongestPause;
                    break;
            }
        }

        return NotDone(token, "nobody has signed in in time");
    }

    private static Refusal NotDone(TokenSettings token, string reason) =>
        new(
            token.Name,
            reason,
            token.AuthorizeEndpoint is null
                ? "Try again"
                : $"Try again, or let the browser bring the code: packetboat token sign-in {token.Name} --browser"
        );
}
