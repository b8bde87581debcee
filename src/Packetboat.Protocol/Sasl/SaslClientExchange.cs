namespace Packetboat.Protocol.Sasl;

/// <summary>
/// The client's side of one sign-in. RFC 4422 §3. It needs no waiting: a challenge goes in, a response comes out. One instance serves one
/// attempt, and none throws for what a server sends.
/// </summary>
public abstract class SaslClientExchange
{
    /// <summary>Octets of one decoded challenge.</summary>
    public const int MaxChallenge = 4096;

    public abstract string Mechanism { get; }

    /// <summary>
    /// Whether a 235 may be believed: we said all that the mechanism wants, and in SCRAM the server has proven itself too. A session that
    /// takes success earlier talks to a server that knows nothing of the account.
    /// </summary>
    public bool IsComplete { get; private protected set; }

    /// <summary>What goes into the AUTH command; null where the server speaks first.</summary>
    public virtual ReadOnlyMemory<byte>? InitialResponse() => null;

    public SaslClientStep Next(ReadOnlySpan<byte> challenge) =>
        challenge.Length > MaxChallenge ? new SaslClientStep.Abort("the server's challenge is too long") : Answer(challenge);

    private protected abstract SaslClientStep Answer(ReadOnlySpan<byte> challenge);

    private protected SaslClientStep Last(byte[] response)
    {
        IsComplete = true;
        return new SaslClientStep.Response(response);
    }

    private protected static SaslClientStep Unexpected() =>
        new SaslClientStep.Abort("the server asks for more than the mechanism has");
}
