using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tokens;

/// <summary>What comes of the wish for an access token.</summary>
internal abstract record TokenAnswer
{
    private TokenAnswer() { }

    /// <param name="Token">Never printed.</param>
    /// <param name="IsNew">It was not used before, or replaces one that was refused: if this is refused too, the next one will be.</param>
    public sealed record Given(Secret Token, bool IsNew) : TokenAnswer;

    /// <param name="Reason">In words, without any token.</param>
    /// <param name="IsFinal">Only a person can help.</param>
    public sealed record Refused(string Reason, bool IsFinal) : TokenAnswer;
}
