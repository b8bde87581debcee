using System.Net;
using Packetboat.Protocol.Dns;
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
    private static readonly ListenerKind[] Doors = Enum.GetValues<ListenerKind>();

    private const string Elsewhere = "someone@elsewhere.example";

    /// <summary>The files are read once: tens of thousands are asked for.</summary>
    private static readonly TimeSpan Once = TimeSpan.FromDays(1);

    public override string Name => "open-relay";

    public override string Title => "Open relay";

    public override bool NeedsSettings => true;

    public override Task<Finding> ExamineAsync(Facts facts, CancellationToken ct) => Task.Run(() => Examine(facts, ct), ct);

    private Finding Examine(Facts facts, CancellationToken ct)
    {
        Settings now = facts.Subject.Effective;
        string trusted = Path.Combine(now.CtrlDirectory, "relay.cfg");
        var policy = new RelayPolicy(
            new AliasFile(Path.Combine(now.CtrlDirectory, "alias.cfg"), Once, facts.Time),
            new FilterFile(trusted, Once, facts.Time),
            () => SettingsOf(now)
        );
        var recipient = MailAddress.Parse(Elsewhere);
        bool mayRelay(IPAddress stranger, int number)
        {
            ct.ThrowIfCancellationRequested();
            // Whoever is not trusted is as good as any other.
            return policy.Trusts(stranger)
                || (
                    number == 0
                    && Array.Exists(
                        Doors,
                        door => policy.Decide(stranger, door, isSignedIn: false, recipient) is RelayVerdict.Allowed
                    )
                );
        }

        IPAddress? let = Strangers().Where(mayRelay).FirstOrDefault();
        return let is null
            ? Ok("strangers cannot send through this host")
            : Failure(
                $"a stranger at {let} may send to anybody through this host",
                $"{trusted} names more than your own hosts; spam will leave here within hours, and the address will be listed",
                $"Take out of {trusted} what names strangers; who is to send from outside gets an account"
            );
    }

    /// <summary>One of each /16 that is not for private use: a network of one's own is smaller. And some of IPv6.</summary>
    private static IEnumerable<IPAddress> Strangers()
    {
        for (int first = 1; first <= 223; first++)
        for (int second = 0; second <= 255; second++)
        {
            var address = new IPAddress([(byte)first, (byte)second, 91, 77]);
            if (AddressRules.IsPublic(address))
                yield return address;
        }

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
