namespace Packetboat.Relay.Hub;

/// <summary>Why a node does not get what it asks for. The names are part of the API.</summary>
public enum EnrolmentFault
{
    /// <summary>The request is not one.</summary>
    Malformed,

    /// <summary>Nobody has made such a code, or it is mistyped.</summary>
    UnknownCode,
    Expired,
    Used,
    Revoked,

    /// <summary>The QWK-ID is another's, or not one, or not the one of the invitation.</summary>
    IdRefused,

    /// <summary>They were not accepted, or have changed since they were read.</summary>
    TermsNotAccepted,

    /// <summary>The account that the node made was removed or has another password since.</summary>
    AccountChanged,

    /// <summary>This hub takes no applications, or too many wait.</summary>
    NoApplications,
    TooManyRequests,

    /// <summary>For the moment.</summary>
    Unavailable,
}

/// <summary>What a node asked for, or why not.</summary>
/// <param name="Value">Null when refused.</param>
/// <param name="Fault">Means something when refused.</param>
/// <param name="Refusal">Null when granted.</param>
/// <param name="RetryAfter">When it is worth another try; zero: unknown.</param>
public sealed record EnrolmentResult<T>(T? Value, EnrolmentFault Fault, Refusal? Refusal, TimeSpan RetryAfter)
    where T : class
{
    public static implicit operator EnrolmentResult<T>(T value) => new(value, default, null, default);

    public static implicit operator EnrolmentResult<T>((EnrolmentFault Fault, Refusal Refusal) no) =>
        new(null, no.Fault, no.Refusal, default);
}
