using System.Net;
using Packetboat.Demo;
using Packetboat.Torture.Mail;
using Packetboat.Torture.Shim;
using Packetboat.Torture.Wire;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Storm;

/// <summary>
/// Clients, spoke, hub and the Internet on loopback, with somebody between each two of them: before the spoke's two ports, between spoke and
/// hub, and before each of the hosts that the recipients' domains name.
/// </summary>
internal sealed class Harbour : IAsyncDisposable
{
    private const double Harm = 0.5;

    private readonly ZoneServer _dns;
    private readonly ChildProcesses _children = new();
    private readonly List<(string Hop, Interceptor Interceptor)> _interceptors = [];

    public Harbour(StormOptions options, string folder)
    {
        Folder = folder;
        string library = FaultShim.Compile(folder);
        var authority = new Authority(folder, "hub.test", "spoke.test", "mx.test");
        Exchange = new Exchange(authority.Certificate, options.Seed);
        _dns = new ZoneServer(Zone(), []);
        string[] program = options.Packetboat.EndsWith(".dll", StringComparison.Ordinal)
            ? ["dotnet", options.Packetboat]
            : [options.Packetboat];
        int[] ports = Ports.Free(6);
        Hub = new Boat(program, Path.Combine(folder, "hub"), library, ports[0], _children);
        Spoke = new Boat(program, Path.Combine(folder, "spoke"), library, ports[1], _children);
        (int hubSubmission, int spokeSubmission, int direct) = (ports[2], ports[3], ports[4]);

        var settings = new InterceptorSettings(Harm, true, true, "", authority.Certificate, Handovers["client"], null, Spoke);
        Transfer = Add("client", IPAddress.Loopback, 0, Local(Spoke.Port), settings, options.Seed + 1);
        Submission = Add("client", IPAddress.Loopback, 0, Local(spokeSubmission), settings, options.Seed + 2);
        settings = settings with
        {
            IsServerTormented = false,
            SenderName = "spoke.test",
            Handovers = Handovers["spoke"],
            Client = Spoke,
            Server = Hub,
        };
        Interceptor relay = Add("spoke", IPAddress.Loopback, 0, Local(hubSubmission), settings, options.Seed + 3);
        settings = settings with
        {
            SignsIn = false,
            SenderName = "hub.test",
            Handovers = Handovers["hub"],
            Client = Hub,
            Server = null,
        };
        foreach (int host in Enumerable.Range(0, Letter.Domains + 1))
            Add("hub", HostOf(host), direct, Exchange.EndPoint, settings, options.Seed + 10 + host);

        WriteSettings(authority, relay.Port, hubSubmission, spokeSubmission, direct);
    }

    public string Folder { get; }

    public Exchange Exchange { get; }

    public Boat Spoke { get; }

    public Boat Hub { get; }

    public Interceptor Transfer { get; }

    public Interceptor Submission { get; }

    /// <summary>By who sends: <c>client</c>, <c>spoke</c>, <c>hub</c>.</summary>
    public Dictionary<string, Handovers> Handovers { get; } =
        new(StringComparer.Ordinal)
        {
            ["client"] = new(),
            ["spoke"] = new(),
            ["hub"] = new(),
        };

    public async Task StartAsync(CancellationToken ct)
    {
        foreach (Boat boat in new[] { Hub, Spoke })
        {
            await boat.AddAccountAsync(ct);
            await boat.StartUntilReadyAsync(ct);
        }
    }

    public async Task CalmAsync()
    {
        foreach ((_, Interceptor interceptor) in _interceptors)
            await interceptor.CalmAsync();
    }

    public IReadOnlyList<CutCount> Cuts() =>
        [
            .. _interceptors
                .SelectMany(pair => pair.Interceptor.Counts().Select(count => (pair.Hop, count.Phase, count.Blow, count.Count)))
                .GroupBy(count => (count.Hop, count.Phase, count.Blow))
                .OrderBy(group => (group.Key.Phase, group.Key.Blow))
                .Select(group => new CutCount(
                    group.Key.Hop,
                    group.Key.Phase.ToString(),
                    group.Key.Blow.ToString(),
                    group.Sum(count => count.Count)
                )),
        ];

    /// <summary>Silences that an installation's own clock has ended.</summary>
    public IReadOnlyDictionary<string, int> TimeOuts() =>
        _interceptors
            .SelectMany(pair => pair.Interceptor.TimedOut.Select(one => (pair.Hop, one.Key.Who, one.Key.Phase, one.Value)))
            .GroupBy(one => $"{one.Hop} {one.Who} {one.Phase}", StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(one => one.Value), StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Spoke.DisposeAsync();
        await Hub.DisposeAsync();
        foreach ((_, Interceptor interceptor) in _interceptors)
            await interceptor.DisposeAsync();
        await Exchange.DisposeAsync();
        await _dns.DisposeAsync();
        _children.Dispose();
    }

    private Interceptor Add(string hop, IPAddress address, int port, IPEndPoint target, InterceptorSettings settings, int seed)
    {
        var interceptor = new Interceptor(new IPEndPoint(address, port), target, settings, seed);
        _interceptors.Add((hop, interceptor));
        return interceptor;
    }

    private static IPAddress HostOf(int number) => new([127, 0, 77, (byte)(number + 1)]);

    private static IPEndPoint Local(int port) => new(IPAddress.Loopback, port);

    private static Dictionary<string, ZoneRecord[]> Zone()
    {
        var zone = new Dictionary<string, ZoneRecord[]>(StringComparer.Ordinal)
        {
            ["hub.test"] = [ZoneRecord.Address(IPAddress.Loopback)],
        };
        foreach (int number in Enumerable.Range(0, Letter.Domains + 1))
        {
            zone[number < Letter.Domains ? $"d{number}.test" : Letter.Domain] = [ZoneRecord.Mx(10, $"mx{number}.test")];
            zone[$"mx{number}.test"] = [ZoneRecord.Address(HostOf(number))];
        }

        return zone;
    }

    /// <summary>What an operator would write, but in haste: pauses are short, limits are none.</summary>
    private void WriteSettings(Authority authority, int relayPort, int hubSubmission, int spokeSubmission, int direct)
    {
        string common = $"""
            [Mail]
            Interface = 127.0.0.1
            DNSServer = {_dns.Endpoint}
            RescanFrequency = 2
            MaxDeliveryAttempts = 30000
            MaxClients = 1000
            MaxInactivity = {Strike.Inactivity.TotalSeconds}s
            LoginAttemptDelay = 0
            LoginAttemptThrottle = 0
            LoginAttemptTempBanThreshold = 0
            BindRetryDelay = 1
            LogLevel = Debug

            """;
        string tls = $"[Tls]\nCertificate = {authority.CertificateFile}\nCertificateKey = {authority.KeyFile}\n";
        // A clock that jumps makes notices of delay due, and every report here counts as a bounce.
        const string delivery = "[Delivery]\nRetryFirst = 1s\nDelayNotice = 0\n";
        Hub.Write(
            "sbbs.ini",
            common
                + $"HostName = hub.test\nOptions = USE_SUBMISSION_PORT\nSMTPPort = {Hub.Port}\nSubmissionPort = {hubSubmission}\nMaxMsgSize = {Letter.LargestForHub}\n"
        );
        Hub.Write(
            "packetboat.ini",
            $"{tls}[Limits]\nMessagesPerHour = 0\nMessagesPerDay = 0\nRecipientsPerHour = 0\nRecipientsPerDay = 0\nRecipientsPerMessage = 0\nFirstTimeRecipientsPerDay = 0\nBytesPerMessage = 0\nQueuedMessages = 0\nHardBouncePercentPerDay = 0\nNullSenderMessagesPerHour = 0\nNewNetworksPerDay = 0\nSpamComplaintsPerDay = 0\n[Arrival]\nCheckPatience = 0\n{delivery}DirectPort = {direct}\nAllowPrivateTargets = true\n"
        );
        Spoke.Write(
            "sbbs.ini",
            common
                + $"HostName = spoke.test\nOptions = USE_SUBMISSION_PORT | RELAY_TX | RELAY_AUTH_PLAIN\nSMTPPort = {Spoke.Port}\nSubmissionPort = {spokeSubmission}\nRelayServer = hub.test\nRelayPort = {relayPort}\nRelayUsername = {Boat.Account}\nRelayPassword = {Boat.Password}\n"
        );
        Spoke.Write("packetboat.ini", $"{tls}{delivery}[Relay]\nRelayCertificateFile = {authority.CertificateFile}\n");
        Spoke.Write("relay.cfg", "127.0.0.1\n");
    }
}
