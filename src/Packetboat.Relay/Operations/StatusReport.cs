using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Operations;

/// <summary>How the installation is doing.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="HostName">As we call ourselves.</param>
/// <param name="IsRunning">Whether a server answered; false: this was read from its files.</param>
/// <param name="Started">Of the server.</param>
/// <param name="Listeners">Where it listens.</param>
/// <param name="Sessions">SMTP connections open now.</param>
/// <param name="Delivery">How mail leaves.</param>
/// <param name="Waiting">Recipients that wait for their time.</param>
/// <param name="Sending">Recipients with delivery.</param>
/// <param name="Held">Recipients stopped by the operator.</param>
/// <param name="Oldest">When the oldest message that is not done was accepted.</param>
/// <param name="Routes">Routes that nothing leaves by at present.</param>
/// <param name="Alarms">What the operator must act on, the worst first.</param>
/// <param name="Relaying">Why nothing is relayed; null: it is.</param>
/// <param name="Moves">What leaves by a relay at present because it cannot leave directly; null and none mean the same.</param>
/// <param name="AccountsPort">On which accounts send; null: no listener is for them.</param>
/// <param name="Doctor">What the last examination found; null: none was made.</param>
/// <param name="Changes">What was lately moved to a relay and back, the newest first; null and none mean the same.</param>
public sealed record StatusReport(
    string Version,
    string HostName,
    bool IsRunning,
    DateTimeOffset? Started,
    IReadOnlyList<string> Listeners,
    int Sessions,
    string Delivery,
    long Waiting,
    long Sending,
    long Held,
    DateTimeOffset? Oldest,
    IReadOnlyList<RouteTrouble> Routes,
    IReadOnlyList<AlarmRow> Alarms,
    Suspension? Relaying = null,
    IReadOnlyList<MovedMail>? Moves = null,
    int? AccountsPort = null,
    DoctorRow? Doctor = null,
    IReadOnlyList<RouteChange>? Changes = null
);
