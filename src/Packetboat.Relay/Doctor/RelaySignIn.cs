using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Signs in to the relay by the code that delivers. Where its port is closed the two ports of RFC 8314 and RFC 6409 are tried. A password
/// that was refused once is not shown again: too many failures, and the relay bans us.
/// </summary>
internal sealed class RelaySignIn(RelayConnector connector)
{
    private static readonly (int Port, bool ImplicitTls)[] Submission = [(587, false), (465, true)];

    public async Task<RelayContact> TryAsync(RelaySettings relay, bool isDetour, CancellationToken ct)
    {
        Connection outcome = await ConnectAsync(relay, isDetour, ct);
        if (outcome is not Connection.Unreachable { FromPeer: false })
            return new RelayContact(relay, outcome, null);

        RelaySettings[] others =
        [
            .. Submission
                .Where(other => other.Port != relay.Port)
                .Select(other => relay with { Port = other.Port, ImplicitTls = other.ImplicitTls }),
        ];
        bool[] work = await Task.WhenAll(
            others.Select(async other => await ConnectAsync(other, isDetour, ct) is Connection.Ready)
        );
        return new RelayContact(relay, outcome, others.Where((_, i) => work[i]).FirstOrDefault());
    }

    private async Task<Connection> ConnectAsync(RelaySettings relay, bool isDetour, CancellationToken ct)
    {
        Connection outcome = await connector.ConnectAsync(new Route.Relay(relay) { IsDetour = isDetour }, ct);
        if (outcome is Connection.Ready ready)
        {
            await using (ready.Session)
                await ready.Session.QuitAsync(ct);
        }

        return outcome;
    }
}
