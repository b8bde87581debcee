using System.Net;
using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Relay.Tokens;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>
/// A machine to examine: node.example, with a zone of the whole Internet, and the large providers as listeners on loopback, each at an
/// address of its own. They all have one port, which is port 25 here.
/// </summary>
internal sealed class DoctorRig : IAsyncDisposable, IPolicyFetcher
{
    public const string Password = "nodepw77";

    private static readonly string[] Providers = ["gmail.com", "outlook.com", "yahoo.com", "gmx.net"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<ScriptedServer> _servers = [];
    private Settings _settings;

    public DoctorRig()
    {
        _settings = ConfigurationReader.Defaults(_folder.Path, "node.example");
        _settings = _settings with { Mail = _settings.Mail with { DnsServer = new ServerAddress("192.0.2.53", null) } };
        Change(ours => ours with { AllowPrivateTargets = true, DirectPort = ClosedPort(), DataDirectory = _folder.Path });
        foreach (string provider in Providers)
            Zone.Add($"{provider} MX 10 mx.{provider}");
        for (int i = 0; i < Providers.Length; i++)
            Zone.Add($"mx.{Providers[i]} A 127.0.0.{21 + i}");
    }

    public ZoneResolver Zone { get; } = new();

    public IReadOnlyList<ScriptedServer> Exchanges => _servers;

    public ScriptedServer? Hub { get; private set; }

    public string Folder => _folder.Path;

    /// <summary>A test wants port 25 to stay closed.</summary>
    public bool IsShut { get; set; }

    /// <summary>The mode is written down.</summary>
    public bool SaysMode { get; set; }

    /// <summary>Our own, and its key.</summary>
    public (string Certificate, string Key)? CertificateFiles { get; set; }

    /// <summary>As a hub says that it sees us.</summary>
    public (IPAddress Address, string Witness)? Seen { get; set; }

    /// <summary>Why that hub could not be asked.</summary>
    public string? HubTrouble { get; set; }

    public string Domain { get; set; } = "node.example";

    public async ValueTask DisposeAsync()
    {
        foreach (ScriptedServer server in _servers)
            await server.DisposeAsync();
        if (Hub is not null)
            await Hub.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Port 25 is open: each provider greets with its name.</summary>
    public DoctorRig OpenPort25(params string[] greetings)
    {
        foreach (string provider in Providers)
        {
            int i = _servers.Count;
            int port = i == 0 ? 0 : _servers[0].Port;
            _servers.Add(new ScriptedServer(IPAddress.Parse($"127.0.0.{21 + i}"), port));
            _servers[i].Greeting = greetings.ElementAtOrDefault(i) ?? $"220 mx.{provider} ESMTP";
        }

        Change(ours => ours with { DirectPort = _servers[0].Port });
        return this;
    }

    /// <summary>A relay that takes us, and settings that send everything there.</summary>
    public DoctorRig UseRelay(MailOptions options = MailOptions.RELAY_TX | MailOptions.RELAY_AUTH_PLAIN)
    {
        Hub = new ScriptedServer
        {
            Extensions = ["AUTH PLAIN LOGIN CRAM-MD5", "OK"],
            Certificate = TestCertificates.Server,
            Greeting = "220 localhost ESMTP",
        };
        Zone.Add("localhost A 127.0.0.1");
        string trusted = _folder.File("hub.pem");
        File.WriteAllText(trusted, TestCertificates.ServerPem);
        Change(ours =>
            ours with
            {
                RelayCertificateFile = trusted,
                DeliveryMode = options.HasFlag(MailOptions.RELAY_TX) ? DeliveryMode.Relay : DeliveryMode.Direct,
            }
        );
        return ChangeMail(mail =>
            mail with
            {
                Options = options,
                RelayServer = "localhost",
                RelayPort = Hub.Port,
                RelayUsername = "MYBBS",
                RelayPassword = new Secret(Password),
            }
        );
    }

    public DoctorRig Change(Func<PacketboatSettings, PacketboatSettings> change)
    {
        _settings = _settings with { Packetboat = change(_settings.Packetboat) };
        return this;
    }

    public DoctorRig ChangeMail(Func<MailSettings, MailSettings> change)
    {
        _settings = _settings with { Mail = change(_settings.Mail) };
        return this;
    }

    public DoctorRig ChangeAll(Func<Settings, Settings> change)
    {
        _settings = change(_settings);
        return this;
    }

    /// <summary>For relays that are shown one.</summary>
    public TokenKeeper? Tokens { get; set; }

    public Task<DoctorReport> RunAsync(IResolver? resolver = null) =>
        new Examination(resolver ?? Zone, TimeProvider.System, Tokens) { Policies = this }.RunAsync(
            new Subject(_folder.Path, _settings, [], "node.example")
            {
                Domain = Domain,
                Seen = Seen,
                HubTrouble = HubTrouble,
                SaysMode = SaysMode,
                CertificateFiles = CertificateFiles,
            },
            "",
            TestContext.Current.CancellationToken
        );

    /// <summary>Of the domain, at its web server; null: there is none.</summary>
    public string? Policy { get; set; }

    Task<FetchedPolicy> IPolicyFetcher.FetchAsync(string domain, CancellationToken stopping) =>
        Task.FromResult(Policy is null ? FetchedPolicy.None("no answer") : new FetchedPolicy(Policy, "", ""));

    /// <summary>Of a listener that is no more.</summary>
    public static int ClosedPort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
