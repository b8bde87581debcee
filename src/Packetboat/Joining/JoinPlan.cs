using Packetboat.Admin.Enrolment;

namespace Packetboat.Joining;

/// <summary>What a sysop wants of <c>packetboat join</c>.</summary>
/// <param name="Hub">Its address.</param>
/// <param name="Code">The operator's; null: to apply for an account.</param>
/// <param name="Pin">What vouches for the hub; null: the system's authorities.</param>
internal sealed record JoinPlan(Uri Hub, string? Code, HubPin? Pin)
{
    /// <summary>The QWK-ID that he would like; null: the hub's choice.</summary>
    public string? Id { get; init; }

    /// <summary>From which he sends; null: not said.</summary>
    public string? Domain { get; init; }

    /// <summary>How the operator reaches him, for an application.</summary>
    public string? Contact { get; init; }

    /// <summary>What he says about himself, for an application.</summary>
    public string Words { get; init; } = "";

    public bool AcceptsTerms { get; init; }

    /// <summary>Where a test message goes; null: he is asked.</summary>
    public string? TestTo { get; init; }
}
