using Packetboat.Relay.SmtpServer;

namespace Packetboat.EndToEnd.Tests.OpenRelay;

/// <summary>A listener, and whether the client signs in there: a column of <c>open-relay.tsv</c>.</summary>
internal sealed record RelayDoor(ListenerKind Listener, bool SignsIn)
{
    /// <summary>As the columns stand.</summary>
    public static IReadOnlyList<RelayDoor> All { get; } =
    [
        new(ListenerKind.Transfer, SignsIn: false),
        new(ListenerKind.Transfer, SignsIn: true),
        new(ListenerKind.Submission, SignsIn: false),
        new(ListenerKind.Submission, SignsIn: true),
        new(ListenerKind.TlsSubmission, SignsIn: false),
        new(ListenerKind.TlsSubmission, SignsIn: true),
    ];

    public override string ToString() => Listener + (SignsIn ? " signed in" : "");
}
