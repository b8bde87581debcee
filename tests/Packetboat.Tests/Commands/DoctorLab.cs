using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Packetboat.Demo;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Signing;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>
/// A machine and its Internet on loopback, for the real verb: settings in files, a name server over UDP, four large providers on "port 25",
/// and a relay with TLS and a sign-in. All of it is well until a test breaks it.
/// </summary>
internal sealed class DoctorLab : IAsyncDisposable
{
    public const string Own = "192.0.2.7";
    public const string Backwards = "7.2.0.192";
    public const string Password = "nodepw77";

    public static IReadOnlyList<string> Providers { get; } = ["gmail.com", "outlook.com", "yahoo.com", "gmx.net"];

    private readonly TemporaryFolder _folder = new();
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();
    private readonly List<ScriptedServer> _servers = [];
    private ZoneServer? _dns;

    public DoctorLab()
    {
        for (int i = 0; i < Providers.Count; i++)
        {
            Zone[Providers[i]] = [ZoneRecord.Mx(10, $"mx.{Providers[i]}")];
            Zone[$"mx.{Providers[i]}"] = [Address($"127.0.0.{31 + i}")];
        }

        Zone["relay.example"] = [Address("127.0.0.1")];
        Zone[$"{Backwards}.in-addr.arpa"] = [ZoneRecord.Pointer("node.example")];
        Zone["node.example"] =
        [
            Address(Own),
            ZoneRecord.Mx(10, "mx.gmail.com"),
            ZoneRecord.Text($"v=spf1 ip4:{Own} ip4:127.0.0.1 -all"),
        ];
        Zone["s._domainkey.node.example"] = [ZoneRecord.Text(_key.Record)];
        Zone["_dmarc.node.example"] = [ZoneRecord.Text("v=DMARC1; p=reject; rua=mailto:postmaster@node.example")];
    }

    public Dictionary<string, ZoneRecord[]> Zone { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lines of [Mail] in sbbs.ini, by key.</summary>
    public Dictionary<string, string> Mail { get; } = new(StringComparer.Ordinal) { ["HostName"] = "node.example" };

    /// <summary>Lines of packetboat.ini behind those that the lab needs.</summary>
    public StringBuilder PacketboatLines { get; } = new();

    public string DiskReserve { get; set; } = "32M";

    public ScriptedServer? Relay { get; private set; }

    public bool IsPort25Shut { get; set; }

    public bool IsRelayTrusted { get; set; } = true;

    public bool IsDnsDead { get; set; }

    /// <summary>What all providers greet with; null: each with its own name.</summary>
    public string? Greeting { get; set; }

    /// <summary>How far ahead of the others' clock ours is.</summary>
    public TimeSpan ClockError { get; set; }

    public string Ctrl => Directory.CreateDirectory(_folder.File("ctrl")).FullName; // data is beside it

    public string SbbsIni => Path.Combine(Ctrl, "sbbs.ini");

    public string PacketboatIni => Path.Combine(Ctrl, "packetboat.ini");

    private string Date =>
        (TimeProvider.System.GetUtcNow() - ClockError).ToString("ddd, d MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);

    public static ZoneRecord Address(string address) => ZoneRecord.Address(IPAddress.Parse(address));

    public async ValueTask DisposeAsync()
    {
        foreach (ScriptedServer server in _servers)
            await server.DisposeAsync();
        if (_dns is not null)
            await _dns.DisposeAsync();
        _key.Dispose();
        _folder.Dispose();
    }

    /// <summary>A relay that takes us.</summary>
    /// <param name="options">Flags of [Mail] that say so.</param>
    public ScriptedServer UseRelay(string options = "RELAY_TX | RELAY_AUTH_PLAIN")
    {
        (string certificate, string key) = (Path.Combine(Ctrl, "relay.pem"), Path.Combine(Ctrl, "relay.key"));
        SelfSignedCertificate.Ensure(certificate, key, "relay.example", TimeProvider.System);
        _servers.Add(
            Relay = new ScriptedServer
            {
                Extensions = ["AUTH PLAIN", "OK"],
                Certificate = X509Certificate2.CreateFromPemFile(certificate, key),
                Greeting = $"220 relay.example ESMTP {Date}",
            }
        );
        Mail["Options"] = options;
        Mail["RelayServer"] = "relay.example";
        Mail["RelayPort"] = Relay.Port.ToString(CultureInfo.InvariantCulture);
        Mail["RelayUsername"] = "MYBBS";
        Mail["RelayPassword"] = Password;
        return Relay;
    }

    /// <summary>Writes the settings, opens what is to be open, and runs the verb.</summary>
    public async Task<CommandRun> RunAsync(params string[] options)
    {
        if (_dns is null)
            Build();
        return await CommandRun.OfAsync(["doctor", .. options, "--ctrl", Ctrl]);
    }

    private void Build()
    {
        int port = IsPort25Shut ? ClosedPort() : 0;
        if (!IsPort25Shut)
            for (int i = 0; i < Providers.Count; i++)
            {
                var exchange = new ScriptedServer(IPAddress.Parse($"127.0.0.{31 + i}"), port)
                {
                    Greeting = Greeting ?? $"220 mx.{Providers[i]} ESMTP {Date}",
                    Answer = line =>
                        line.StartsWith("EHLO", StringComparison.Ordinal) ? $"250 mx at your service, [{Own}]" : null,
                };
                port = exchange.Port;
                _servers.Add(exchange);
            }

        _dns = new ZoneServer(Zone, IsDnsDead ? Zone.Keys : []);
        Mail["DNSServer"] = _dns.Endpoint.ToString();
        File.WriteAllText(
            SbbsIni,
            $"; this machine's mail\n[Mail]\n{string.Concat(Mail.Select(line => $"\t{line.Key} = {line.Value}\n"))}"
        );
        string trusted = IsRelayTrusted && Relay is not null ? "[Relay]\nRelayCertificateFile = relay.pem\n" : "";
        File.WriteAllText(
            PacketboatIni,
            $"; and what is ours alone\n[Store]\nDataDirectory = data\nDiskReserve = {DiskReserve}\n[Delivery]\nAllowPrivateTargets = true\nDirectPort = {port}\n{PacketboatLines}{trusted}"
        );
        string data = Path.Combine(Ctrl, "data");
        Directory.CreateDirectory(data);
        if (!OperatingSystem.IsWindows())
            foreach (string secret in (string[])[SbbsIni, PacketboatIni])
                File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var keys = new DkimKeyFolder(data, TimeProvider.System);
        keys.Use(keys.Add("node.example", "s", _key));
    }

    private static int ClosedPort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
