using System.Net;

namespace Packetboat.Relay.SmtpServer;

/// <summary>Which of the specification's listeners a connection came in by.</summary>
public enum ListenerKind
{
    /// <summary>Port 25: from other mail servers.</summary>
    Transfer,

    /// <summary>Port 587: from people and nodes, who sign in. RFC 6409.</summary>
    Submission,

    /// <summary>Port 465: the same, TLS from the first octet. RFC 8314.</summary>
    TlsSubmission,
}

/// <summary>What the session needs to know of the settings.</summary>
/// <param name="HostName">In the greeting and in Received.</param>
/// <param name="MaxMessageSize">Octets; 0: no limit.</param>
/// <param name="MaxRecipients">A message; 0: no limit but the one in <see cref="RecipientLimit"/>.</param>
/// <param name="Inactivity">Patience with silence.</param>
/// <param name="MaxHops">Received fields that a message may already have.</param>
/// <param name="AllowRelay"><c>ALLOW_RELAY</c>: who has signed in may relay through the transfer port too.</param>
/// <param name="MayAuthInClear">Whether this client may sign in without TLS: loopback, or the operator's networks.</param>
/// <param name="FailedSignInPause">Before the reply to a failed sign-in.</param>
public sealed record SmtpServerSettings(
    string HostName,
    long MaxMessageSize,
    int MaxRecipients,
    TimeSpan Inactivity,
    int MaxHops,
    bool AllowRelay,
    Func<IPAddress, bool> MayAuthInClear,
    TimeSpan FailedSignInPause
)
{
    /// <summary>What a session holds in memory is bounded, whatever the ini says.</summary>
    public const int HardMaxRecipients = 10_000;

    public int RecipientLimit => MaxRecipients <= 0 ? HardMaxRecipients : Math.Min(MaxRecipients, HardMaxRecipients);
}

/// <summary>Who is at the other end.</summary>
public sealed record SmtpPeer(IPAddress Address, int Port, ListenerKind Listener)
{
    public bool IsSubmission => Listener != ListenerKind.Transfer;
}
