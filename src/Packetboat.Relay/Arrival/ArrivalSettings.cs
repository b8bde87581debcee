using System.Net;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Arrival;

/// <summary>What the checks before acceptance need of the settings.</summary>
/// <param name="HostName">Ours, as in EHLO to receivers.</param>
/// <param name="Policy">Of accounts without one of their own. <c>Policy</c>.</param>
/// <param name="Addresses">That mail leaves from. <c>SendingAddresses</c>, or the interfaces that it is sent by. None: those of <paramref name="HostName"/>.</param>
/// <param name="Patience">For all look-ups of a message together. <c>CheckPatience</c>. Zero: nothing is checked.</param>
/// <param name="LeavesByRelay">Another hub sends it on, from addresses that only that one knows.</param>
/// <param name="RewriteDomain">Of rewritten senders. <c>RewriteDomain</c>, or <paramref name="HostName"/>.</param>
/// <param name="RewriteAge">How long reports find their way back. <c>RewriteAge</c>.</param>
public sealed record ArrivalSettings(
    string HostName,
    ArrivalPolicy Policy,
    IReadOnlyList<IPAddress> Addresses,
    TimeSpan Patience,
    bool LeavesByRelay,
    string RewriteDomain,
    TimeSpan RewriteAge
)
{
    public static ArrivalSettings Of(Settings now)
    {
        PacketboatSettings own = now.Packetboat;
        DialSettings dial = SendMail.DialSettingsOf(now);
        IEnumerable<IPAddress> bound = new[] { dial.Source4, dial.Source6 }.OfType<IPAddress>();
        return new ArrivalSettings(
            now.Mail.HostName,
            own.ArrivalPolicy,
            own.SendingAddresses.Count > 0 ? own.SendingAddresses : [.. bound],
            own.CheckPatience,
            now.UsualRelay is not null,
            own.RewriteDomain.Length > 0 ? own.RewriteDomain : now.Mail.HostName,
            own.RewriteAge
        );
    }
}
