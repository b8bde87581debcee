namespace Packetboat.Protocol.Sasl;

/// <summary>Why an exchange ended without an account, as far as the peer may know. RFC 4954 §4 and §6.</summary>
public enum SaslFailureKind
{
    /// <summary>What arrived is not a message of this mechanism: 501.</summary>
    BadArgument,

    /// <summary>Well-formed, and wrong: 535. Never says whether the name or the password was.</summary>
    BadCredentials,

    /// <summary>The credentials could not be looked up; they may well be right: 454.</summary>
    Unavailable,
}

/// <summary>What the server says next. Bytes are bare: base64, <c>*</c> and <c>=</c> are the session's business.</summary>
public abstract record SaslStep
{
    private SaslStep() { }

    /// <summary>334 with these bytes, which may be none.</summary>
    public sealed record Challenge(ReadOnlyMemory<byte> Data) : SaslStep;

    /// <summary>235.</summary>
    public sealed record Success(SaslIdentity Identity) : SaslStep;

    /// <param name="Kind">Chooses the reply.</param>
    /// <param name="Reason">For the log. It never holds a password, a digest or anything else a peer sent.</param>
    public sealed record Failure(SaslFailureKind Kind, string Reason) : SaslStep;
}
