namespace Packetboat.Relay.Hub;

/// <summary>What a node reads when it is refused: each once, with the value, the reason and what to do.</summary>
internal static class EnrolmentWords
{
    public static (EnrolmentFault, Refusal) NotACode =>
        (
            EnrolmentFault.Malformed,
            new Refusal("code", "it is not one: a code has five groups of five letters and digits", "Copy all of it")
        );

    public static (EnrolmentFault, Refusal) NotAKey =>
        (
            EnrolmentFault.Malformed,
            new Refusal(
                "key",
                $"it is not {JoinRequest.MinKeyLength} to {JoinRequest.MaxKeyLength} characters of base64url",
                "Let the program make it: 32 random octets"
            )
        );

    public static (EnrolmentFault, Refusal) NotADomain(string text) =>
        (
            EnrolmentFault.Malformed,
            new Refusal(Protocol.PrintableText.Of(text, 80), "it is not a domain", "Write bbs.example.org")
        );

    public static (EnrolmentFault, Refusal) NoContact =>
        (
            EnrolmentFault.Malformed,
            new Refusal(
                "contact",
                "it is missing: the operator would not know whom he lets in",
                "Give a mail address, or another way"
            )
        );

    public static (EnrolmentFault, Refusal) CodeTaken(string name) =>
        (EnrolmentFault.Malformed, new Refusal(name, "the code was used already", "Make another"));

    /// <summary>The same whether the invitation exists or not.</summary>
    public static (EnrolmentFault, Refusal) UnknownCode(string name, EnrolmentSettings now) =>
        (
            EnrolmentFault.UnknownCode,
            new Refusal($"{name}-...", "this hub has made no such code", $"Compare it letter by letter, or ask {now.Contact}")
        );

    public static (EnrolmentFault, Refusal) NotOpen(Invitation invitation, InvitationState state, EnrolmentSettings now)
    {
        (EnrolmentFault fault, string reason) = state switch
        {
            InvitationState.Revoked => (EnrolmentFault.Revoked, "the operator has taken this invitation back"),
            InvitationState.Expired => (EnrolmentFault.Expired, $"this invitation ended on {invitation.Expires:u}"),
            _ => (EnrolmentFault.Used, "this invitation is used up"),
        };
        return (fault, new Refusal($"{invitation.Name}-...", reason, $"Ask {now.Contact} for another"));
    }

    public static (EnrolmentFault, Refusal) NotThisId(string wanted, QwkId id) =>
        (
            EnrolmentFault.IdRefused,
            new Refusal(
                Protocol.PrintableText.Of(wanted, 40),
                $"the invitation is for {id}",
                $"Join as {id}, or ask the operator"
            )
        );

    public static (EnrolmentFault, Refusal) TermsNotAccepted(string said) =>
        (
            EnrolmentFault.TermsNotAccepted,
            new Refusal(
                Protocol.PrintableText.Of(said, 40),
                "these are not the terms of this hub: they may have changed since they were read",
                "Read them again, and join again"
            )
        );

    public static (EnrolmentFault, Refusal) AccountChanged(QwkId id, EnrolmentSettings now) =>
        (
            EnrolmentFault.AccountChanged,
            new Refusal(
                id.Text,
                "you have joined by this code before, and the account was removed or given another password since",
                $"Ask {now.Contact} for a new password or a new code"
            )
        );

    public static (EnrolmentFault, Refusal) NoApplications(EnrolmentSettings now) =>
        (
            EnrolmentFault.NoApplications,
            new Refusal(now.HostName, "this hub takes no applications", $"Ask {now.Contact} for an invitation")
        );

    public static (EnrolmentFault, Refusal) TooManyApplications(EnrolmentSettings now) =>
        (
            EnrolmentFault.NoApplications,
            new Refusal(
                now.HostName,
                "too many applications wait already, or this one is there",
                $"Try again later, or ask {now.Contact}"
            )
        );

    public static (EnrolmentFault, Refusal) TooManyRequests(string client) =>
        (EnrolmentFault.TooManyRequests, new Refusal(client, "too many tries", "Wait, and try again"));

    public static (EnrolmentFault, Refusal) Unavailable =>
        (EnrolmentFault.Unavailable, new Refusal("the hub", "it cannot read or write its accounts now", "Try again later"));
}
