using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.SmtpServer;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Whether strangers may send through this host: asked of the code that decides about recipients, in the name of clients all over the
/// Internet. To connect to ourselves would show nothing: this machine's own addresses may be trusted.
/// </summary>
internal sealed class OpenRelayCheck : Check
{
    private const string Elsewhere = "someone@elsewhere.example";

    private static readonly TimeSpan Always = TimeSpan.Zero;

    public override string Name => "open-relay";

    public override string Title => "Open relay";

    public override bool NeedsSettings => true;

    public override Task<Finding> ExamineAsync(Facts facts, CancellationToken ct) => Task.FromResult(Examine(facts));

    private Finding Examine(Facts facts)
    {
        Settings now = facts.Subject.Effective;
        string trusted = Path.Combine(now.CtrlDirectory, "relay.cfg");
        var policy = new RelayPolicy(
            new AliasFile(Path.Combine(now.CtrlDirectory, "alias.cfg"), Always, facts.Time),
            new FilterFile(trusted, Always, facts.Time),
            () => SettingsOf(now)
        );
        var recipient = MailAddress.Parse(Elsewhere);
        IPAddress[] let =
        [
            .. Strangers()
                .Where(stranger =>
                    Enum.GetValues<ListenerKind>()
                        .Any(listener => policy.Decide(stranger, listener, isSignedIn: false, recipient) is RelayVerdict.Allowed)
                ),
        ];
        return let.Length == 0
            ? Ok("strangers cannot send through this host")
            : Failure(
                $"a stranger at {let[0]} may send to anybody through this host",
                $"{trusted} names more than your own hosts; spam will leave here within hours, and the address will be listed",
                $"Take out of {trusted} what names strangers; who is to send from outside gets an account"
            );
    }

    /// <summary>One of each first octet that is not for private use, and some of IPv6.</summary>
    private static IEnumerable<IPAddress> Strangers()
    {
        for (int first = 1; first <= 223; first++)
            if (first is not (10 or 127 or 172 or 192))
                yield return new IPAddress([(byte)first, 113, 91, 77]);
        yield return IPAddress.Parse("2001:4860::77");
        yield return IPAddress.Parse("2a00:1450::77");
    }

    private static SmtpServerSettings SettingsOf(Settings now) =>
        new(
            now.Mail.HostName,
            now.Mail.MaxMsgSize,
            now.Mail.MaxRecipients,
            now.Mail.MaxInactivity,
            now.Packetboat.MaxHops,
            now.Mail.Options.HasFlag(MailOptions.ALLOW_RELAY),
            _ => false,
            now.Mail.LoginAttemptDelay
        );
}
