namespace Packetboat.Protocol.Sasl;

/// <summary>What the client does with a challenge.</summary>
public abstract record SaslClientStep
{
    private SaslClientStep() { }

    /// <summary>Bare bytes, which may be none: base64 and <c>=</c> are the session's business.</summary>
    public sealed record Response(ReadOnlyMemory<byte> Data) : SaslClientStep
    {
        /// <summary>What is sent may be a password.</summary>
        public override string ToString() => $"{Data.Length} octets";
    }

    /// <summary>Send <c>*</c> and give up: the server does not follow the mechanism, or is not the one it claims to be.</summary>
    public sealed record Abort(string Reason) : SaslClientStep;
}
