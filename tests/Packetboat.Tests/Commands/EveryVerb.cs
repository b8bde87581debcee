using System.CommandLine;
using Packetboat.Commands;
using Packetboat.Demo;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Shaping;
using Packetboat.Relay.Signing;
using Packetboat.Relay.TransportSecurity;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>
/// An installation in which each verb finds what it needs: mail in the queue, applications, a key, an alarm, a DNS. With it, one run of each
/// verb, in an order in which each works.
/// </summary>
internal sealed class EveryVerb : IAsyncDisposable
{
    private const string Approved = "aaaaa";
    private const string Turned = "bbbbb";

    private readonly TemporaryFolder _folder = new();
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();
    private readonly ZoneServer _dns;

    public EveryVerb() =>
        _dns = new ZoneServer(
            new Dictionary<string, ZoneRecord[]>(StringComparer.Ordinal)
            {
                ["d.example"] = [ZoneRecord.Text("v=spf1 ip4:192.0.2.1 -all"), ZoneRecord.Mx(10, "mx.d.example")],
                ["_dmarc.d.example"] = [ZoneRecord.Text("v=DMARC1; p=reject")],
                ["s._domainkey.d.example"] = [ZoneRecord.Text(_key.Record)],
            },
            []
        );

    public string Ctrl => _folder.Path;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        _key.Dispose();
        _folder.Dispose();
    }

    /// <summary>In an order in which each finds what it needs.</summary>
    /// <param name="first">A message.</param>
    /// <param name="second">Another.</param>
    public string[] Runs(string first, string second) =>
        [
            "config check",
            "config show",
            "status",
            "alarm list",
            "alarm history",
            "alarm kinds",
            "alarm test",
            "alarm clear disk",
            "account add MYBBS --domain d.example",
            "account list",
            "account show MYBBS",
            "account limit MYBBS MessagesPerDay=500",
            "account limits MYBBS",
            "account arrival MYBBS enforce",
            "account password MYBBS",
            $"account import {_folder.File("user.tab")}",
            "account credential add MYBBS laptop",
            "account require MYBBS --mechanisms SCRAM-SHA-256,EXTERNAL --tls",
            "account credential list MYBBS",
            "account credential revoke MYBBS laptop",
            "account domain add MYBBS e.example",
            "account domain list MYBBS",
            $"account domain check MYBBS",
            "account domain remove MYBBS e.example",
            "account suspend MYBBS --reason test",
            "account resume MYBBS",
            "relaying suspend --reason test",
            "relaying status",
            "relaying resume",
            "invite new",
            "invite list",
            "invite requests",
            $"invite approve {Approved}",
            $"invite refuse {Turned} --reason full",
            $"invite revoke {Approved}",
            "audit",
            "queue list",
            $"queue show {first}",
            $"trace {first}",
            "explain joe@d.example",
            "token list",
            $"token set office {_folder.File("refresh")}",
            "token forget office",
            "tls list",
            "tls forget mx.d.example",
            "warmup list",
            "warmup forget 192.0.2.7",
            $"queue hold {first}",
            $"queue release {first}",
            $"queue retry {first}",
            $"queue bounce {first}",
            $"queue drop {second}",
            "account remove MYBBS",
            $"backup {_folder.File("backup.db")}",
            "verify",
            $"check spf --ip 192.0.2.1 --from joe@d.example --dns {_dns.Endpoint}",
            $"check dkim {_folder.File("a.eml")} --dns {_dns.Endpoint}",
            $"check dmarc {_folder.File("a.eml")} --ip 192.0.2.1 --from joe@d.example --dns {_dns.Endpoint}",
            $"check tls d.example --dns {_dns.Endpoint} --trusted",
            $"doctor --dns {_dns.Endpoint}",
            "dkim new d.example --selector n",
            $"dkim list --dns {_dns.Endpoint}",
            $"dkim use d.example s --dns {_dns.Endpoint}",
            "dkim retire d.example s",
            $"dkim show {_folder.File("s.pem")} --domain d.example --selector s --dns {_dns.Endpoint}",
        ];

    /// <summary>An installation with two messages in its queue, two applications and a key.</summary>
    /// <returns>The messages.</returns>
    public async Task<(string First, string Second)> PrepareAsync()
    {
        await File.WriteAllTextAsync(
            _folder.File("sbbs.ini"),
            $"[Mail]\nHostName = hub.example\nDNSServer = {_dns.Endpoint}\nOptions = USE_SUBMISSION_PORT\n",
            Ct
        );
        await File.WriteAllTextAsync(
            _folder.File("packetboat.ini"),
            "[Store]\nDataDirectory = data\n[Enrolment]\nEnrolmentPort = 8443\n[Token:office]\nProvider = google\nClientId = us\n",
            Ct
        );
        await File.WriteAllTextAsync(_folder.File("refresh"), "r0\n", Ct);
        await File.WriteAllTextAsync(_folder.File("a.eml"), "From: joe@d.example\r\n\r\nHello\r\n", Ct);
        await File.WriteAllTextAsync(_folder.File("s.pem"), _key.ToPem(), Ct);
        await File.WriteAllBytesAsync(_folder.File("user.tab"), SampleUserTab.Record("NORTH-1", "pole star"), Ct);
        (Settings? settings, _) = Session.ReadSettings(_folder.Path, quiet: true);
        string data = settings!.Packetboat.DataDirectory;
        new DkimKeyFolder(data, TimeProvider.System).Add("d.example", "s", _key);

        string[] ids = new string[2];
        await using (Session session = await Session.OpenAsync(settings, Ct))
        {
            for (int i = 0; i < ids.Length; i++)
            {
                Result<Submitted> sent = await session.Operations.SubmitAsync(
                    new Submission("sysop@hub.example", ["joe@d.example"], "test"),
                    new MemoryStream("Subject: x\n\nHello\n"u8.ToArray()),
                    Ct
                );
                ids[i] = sent.Value!.Id;
            }
        }

        await using SqliteStore store = SqliteStore.Open(data, TimeProvider.System);
        await store.KeepHabitAsync(
            new TlsHabit("mx.d.example", 3, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow())
        );
        await store.KeepWarmUpAsync(() =>
            new WarmUpDay("192.0.2.7", "google", 3, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), 5)
        );
        await store.RaiseAlarmAsync(new Alarm("disk", TimeProvider.System.GetUtcNow(), "it is full"), Ct);
        foreach (string name in (string[])[Approved, Turned])
            await store.AddApplicationAsync(
                new Application(
                    name,
                    new byte[32],
                    QwkId.Parse(name.ToUpperInvariant()),
                    "",
                    "sam@new.example",
                    "",
                    "192.0.2.1",
                    TimeProvider.System.GetUtcNow()
                ),
                Ct
            );
        return (ids[0], ids[1]);
    }

    /// <summary>The verbs that do something, such as <c>account domain add</c>.</summary>
    public static IEnumerable<(string Name, Command Command)> Leaves(Command command, string name) =>
        command.Subcommands.Count == 0
            ? [(name, command)]
            : command.Subcommands.SelectMany(below => Leaves(below, $"{name} {below.Name}".TrimStart()));

    /// <summary>The verb that words of a command line name.</summary>
    public static string NameOf(string line) =>
        Leaves(Verbs.Root(), "")
            .Select(leaf => leaf.Name)
            .Single(name => $"{line} ".StartsWith(name + " ", StringComparison.Ordinal));
}
