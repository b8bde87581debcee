using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.SmtpServer;

/// <summary>
/// When relaying is allowed: the rows of the specification, first match wins. An alias that leads outside is open to everybody; who has
/// signed in on a submission port may relay, on the transfer port only with <c>ALLOW_RELAY</c>; a host named in <c>relay.cfg</c> may
/// without a sign-in. Nobody else.
/// </summary>
/// <param name="aliases"><c>alias.cfg</c>.</param>
/// <param name="trusted"><c>relay.cfg</c>.</param>
/// <param name="settings">The settings in force.</param>
/// <param name="keepsIn">What the routes say; null: there are none.</param>
public sealed class RelayPolicy(AliasFile aliases, FilterFile trusted, Func<SmtpServerSettings> settings, KeepsIn? keepsIn = null)
    : IRelayPolicy
{
    public string? RuleThatKeepsIn(MailAddress? sender, string? account, MailAddress recipient) =>
        keepsIn?.Invoke(sender, account, recipient);

    public RelayVerdict Decide(IPAddress client, ListenerKind listener, bool isSignedIn, MailAddress recipient)
    {
        if (
            aliases.Resolve(recipient.ToString()) is { } target
            && MailAddress.TryParse(target, out MailAddress? final)
            && final.Domain.Length > 0
        )
            return new RelayVerdict.Allowed(final, "alias.cfg");

        bool isSubmission = listener != ListenerKind.Transfer;
        if (isSignedIn && isSubmission)
            return new RelayVerdict.Allowed(recipient, "signed in");
        if (isSignedIn && settings().AllowRelay)
            return new RelayVerdict.Allowed(recipient, "ALLOW_RELAY");
        if (Trusts(client))
            return new RelayVerdict.Allowed(recipient, "relay.cfg");
        return settings().AllowRelay && !isSignedIn ? new RelayVerdict.NeedsSignIn() : new RelayVerdict.Refused();
    }

    /// <summary>Named, not merely matched: a pattern that stands for everything would open the relay to the world.</summary>
    public bool Trusts(IPAddress client) => trusted.Names(client, hostName: null);
}
