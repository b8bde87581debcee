using System.Net;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.SmtpServer;

/// <summary>Who may send through this host to whom.</summary>
public interface IRelayPolicy
{
    /// <param name="client">Where the connection comes from.</param>
    /// <param name="listener">By which port.</param>
    /// <param name="isSignedIn">Whether an account has signed in.</param>
    /// <param name="recipient">As the client gave it.</param>
    RelayVerdict Decide(IPAddress client, ListenerKind listener, bool isSignedIn, MailAddress recipient);

    /// <summary>The name of the rule that lets no such mail leave; null: it may.</summary>
    /// <param name="sender">Of the envelope; null: the null sender.</param>
    /// <param name="account">Who has signed in.</param>
    /// <param name="recipient">Where it would go.</param>
    string? RuleThatKeepsIn(MailAddress? sender, string? account, MailAddress recipient) => null;

    /// <summary>Whether the operator has named this client, so that it may relay without a sign-in.</summary>
    bool Trusts(IPAddress client);
}

/// <summary>What is to happen with a recipient.</summary>
public abstract record RelayVerdict
{
    private RelayVerdict() { }

    /// <param name="Recipient">Where it goes, after <c>alias.cfg</c>.</param>
    /// <param name="Reason">Which rule allowed it, for the log.</param>
    public sealed record Allowed(MailAddress Recipient, string Reason) : RelayVerdict;

    /// <summary>A sign-in would have helped.</summary>
    public sealed record NeedsSignIn : RelayVerdict;

    public sealed record Refused : RelayVerdict;
}
