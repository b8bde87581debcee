namespace Packetboat.Protocol.Sasl;

/// <summary>
/// The server's side of one sign-in, from the AUTH command to its last reply. RFC 4422 §3. It decides; base64, <c>*</c>, <c>=</c> and the
/// network are the session's. One instance serves one attempt.
/// </summary>
public abstract class SaslServerExchange
{
    /// <summary>Octets of one decoded response. The longest that a mechanism needs, SCRAM's last, stays far below.</summary>
    public const int MaxResponse = 4096;

    private bool _over;

    /// <summary>The registered name, in capitals.</summary>
    public abstract string Mechanism { get; }

    /// <summary>The name that the client gave, for the log; null until it gave one. It is a stranger's text, and may be a slip of the hand.</summary>
    public string? ClaimedName { get; protected set; }

    /// <summary>
    /// Takes the AUTH command itself, with its initial response decoded. Null where the command carried none, which is not the same as an
    /// empty one (<c>=</c>).
    /// </summary>
    public async ValueTask<SaslStep> StartAsync(ReadOnlyMemory<byte>? initialResponse, CancellationToken ct)
    {
        SaslStep? opening = Open(initialResponse is not null);
        if (opening is SaslStep.Failure)
            _over = true;
        return opening ?? await NextAsync(initialResponse!.Value, ct);
    }

    /// <summary>Takes the client's next response. After a success or a failure there is none.</summary>
    public async ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        if (_over)
            throw new InvalidOperationException("the exchange is over");

        SaslStep step = await AnswerAsync(response, ct);
        _over = step is not SaslStep.Challenge;
        return step;
    }

    /// <summary>
    /// The first challenge, or null when the initial response is to be taken as the first response. An empty challenge asks a client
    /// that speaks first to do so. RFC 4954 §4.
    /// </summary>
    private protected virtual SaslStep? Open(bool hasInitialResponse) =>
        hasInitialResponse ? null : new SaslStep.Challenge(ReadOnlyMemory<byte>.Empty);

    private protected abstract ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte> response, CancellationToken ct);

    private protected static SaslStep BadArgument(string reason) => new SaslStep.Failure(SaslFailureKind.BadArgument, reason);

    private protected static SaslStep BadCredentials(string reason) =>
        new SaslStep.Failure(SaslFailureKind.BadCredentials, reason);

    /// <summary>One text for both, so that not even the log's reader is told more than was checked.</summary>
    private protected static SaslStep Outcome(SaslIdentity? identity) =>
        identity is null ? BadCredentials("unknown account or wrong password") : new SaslStep.Success(identity);

    private async ValueTask<SaslStep> AnswerAsync(ReadOnlyMemory<byte> response, CancellationToken ct)
    {
        if (response.Length > MaxResponse)
            return BadArgument("response too long");
        try
        {
            return await StepAsync(response, ct);
        }
        catch (CredentialsUnavailableException unavailable)
        {
            return new SaslStep.Failure(SaslFailureKind.Unavailable, unavailable.Message);
        }
    }
}
