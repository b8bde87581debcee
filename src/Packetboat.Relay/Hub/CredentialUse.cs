namespace Packetboat.Relay.Hub;

/// <summary>A sign-in, as it is remembered of a credential.</summary>
/// <param name="At">When.</param>
/// <param name="From">The client's address; empty: it was not written down then.</param>
/// <param name="Mechanism">Such as <c>PLAIN</c>; empty likewise.</param>
/// <param name="Tls">Version and cipher; empty in clear.</param>
public sealed record CredentialUse(DateTimeOffset At, string From, string Mechanism, string Tls)
{
    /// <summary>How exact the time of last use is; a node that signs in for each message does not cost a write each time.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    /// <summary>The same for one who comes another way each time.</summary>
    public static readonly TimeSpan StepOfAnotherWay = TimeSpan.FromSeconds(1);

    /// <summary>Whether it is to be written down after another. A clock that was set back is no reason to wait.</summary>
    public bool IsNewsAfter(CredentialUse? last)
    {
        if (last is null || At < last.At)
            return true;
        bool isSameWay = last with { At = At } == this;
        return At - last.At >= (isSameWay ? Step : StepOfAnotherWay);
    }
}
