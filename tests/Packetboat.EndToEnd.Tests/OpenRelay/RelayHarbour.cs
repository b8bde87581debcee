using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Packetboat.Demo;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.EndToEnd.Tests.OpenRelay;

/// <summary>
/// Two hubs, whose next hop takes everything for everybody and remembers it. One has <c>ALLOW_RELAY</c>, so that a sign-in means something on
/// its transfer port too; the other has what is shipped.
/// </summary>
public sealed partial class RelayHarbour : IAsyncLifetime
{
    internal const string Account = Harbour.Account;
    internal const string Password = "sesame-of-mybbs";

    private const string Other = "OTHER";

    private readonly ConcurrentDictionary<string, ConcurrentQueue<DemoExchange.Letter>> _arrived = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _taken = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly CancellationTokenSource _over = new();
    private Harbour _harbour = null!;
    private Task _reading = Task.CompletedTask;

    internal DemoNode Open { get; private set; } = null!;

    internal DemoNode Shipped { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _harbour = await Harbour.OpenAsync();
        Open = await StartHubAsync("ALLOW_RELAY | ");
        Shipped = await StartHubAsync("");
        _reading = ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reading;
        await _harbour.DisposeAsync();
        _over.Dispose();
        _arrivals.Dispose();
    }

    /// <summary>A client has a 250 for this one.</summary>
    internal void Taken(string id) => _taken[id] = 0;

    /// <summary>What came to the next hop with this mark, once there are so many of it.</summary>
    internal async Task<DemoExchange.Letter[]> ArrivedAsync(string mark, int atLeast, CancellationToken ct)
    {
        while (Of(mark).Length < atLeast)
            await _arrivals.WaitAsync(ct);
        return Of(mark);
    }

    /// <summary>
    /// What is in the queue although no client was told so. Together with what arrived that is everything a hub has ever taken: a row leaves
    /// the queue only when the next hop has the message.
    /// </summary>
    internal async Task<IReadOnlyList<QueueRow>> UnaskedAsync(DemoNode hub, CancellationToken ct) =>
        [
            .. (await hub.Operations.ListQueueAsync(new QueueSelection(All: true), 1000, ct)).Where(row =>
                !_taken.ContainsKey(row.Id)
            ),
        ];

    /// <summary>What came to the next hop that no conversation of the table has sent.</summary>
    internal DemoExchange.Letter[] Unmarked() => Of("");

    private DemoExchange.Letter[] Of(string mark) => _arrived.TryGetValue(mark, out var letters) ? [.. letters] : [];

    private async Task ReadAsync()
    {
        try
        {
            await foreach (DemoExchange.Letter letter in _harbour.Exchange.Letters.ReadAllAsync(_over.Token))
            {
                string mark = Mark().Match(Encoding.UTF8.GetString(letter.Content)).Groups["mark"].Value;
                _arrived.GetOrAdd(mark, _ => []).Enqueue(letter);
                _arrivals.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The table is at its end.
        }
    }

    private async Task<DemoNode> StartHubAsync(string options)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        int[] ports = FreePorts.Find(3);
        DemoNode hub = await _harbour.StartAsync(
            $"""
            [Mail]
            HostName = {Harbour.HubName}
            Interface = 127.0.0.1
            SMTPPort = {ports[0]}
            SubmissionPort = {ports[1]}
            TLSSubmissionPort = {ports[2]}
            Options = {options}USE_SUBMISSION_PORT | TLS_SUBMISSION | RELAY_TX
            RelayServer = 127.0.0.1
            RelayPort = {_harbour.ExchangePort}
            LoginAttemptDelay = 0
            LoginAttemptThrottle = 0
            LoginAttemptTempBanThreshold = 0
            """,
            """
            [Limits]
            MessagesPerHour = 0
            MessagesPerDay = 0
            RecipientsPerHour = 0
            RecipientsPerDay = 0
            FirstTimeRecipientsPerDay = 0
            [Arrival]
            CheckPatience = 0
            """,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["relay.cfg"] = "127.0.0.3\n",
                ["alias.cfg"] = "info@hub.example sysop@far.example\n",
            }
        );
        await hub.Operations.AddAccountAsync(Account, Password, false, "", ct);
        await hub.Operations.AddDomainAsync(Account, "bbs.example", grant: true, subdomains: false, ct);
        await hub.Operations.AddDomainAsync(Account, "wide.example", grant: true, subdomains: true, ct);
        await hub.Operations.AddDomainAsync(Account, "waiting.example", grant: false, subdomains: false, ct);
        await hub.Operations.AddAccountAsync(Other, "sesame-of-other", false, "", ct);
        await hub.Operations.AddDomainAsync(Other, "other.example", grant: true, subdomains: false, ct);
        return hub;
    }

    [GeneratedRegex(@"^X-Mark: (?<mark>\S+)\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mark();
}
