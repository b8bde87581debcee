using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>An account with limits over a real store and scheduler.</summary>
internal sealed class LimitRig : IAsyncDisposable
{
    private readonly MailLog _log = new(NullLogger<MailLog>.Instance);
    private readonly List<ClientAction> _actions = [];
    private readonly SuspensionKeeper _suspensions;

    public LimitRig()
    {
        _suspensions = new SuspensionKeeper(
            Queue.Accounts,
            Queue.Store,
            Queue.Scheduler,
            (_, _, _, _) => throw new InvalidOperationException("nothing is to be returned"),
            Queue.Accounts,
            _log,
            Queue.Time
        );
        Usage = new SendingUsage(Queue.Accounts, () => Limits, Queue.Time);
        Keeper = new LimitKeeper(
            Queue.Accounts,
            Queue.Store,
            Queue.Accounts,
            Usage,
            Queue.Scheduler,
            _suspensions,
            Queue.Accounts,
            _log,
            Queue.Time
        );
        Complaints = new Complaints(
            Queue.Accounts,
            Queue.Store,
            Queue.Accounts,
            Queue.Accounts,
            Usage,
            new ComplaintReporters(Dns, () => ["far.example", "staff@mail.example"], Queue.Time),
            () => "hub.example",
            _log,
            Queue.Time
        );
        Usage.Reached += (_, reached) => Reached.Add(reached);
        _log.Acted += _actions.Add;
    }

    public static QwkId Node { get; } = QwkId.Parse("MYBBS");

    public QueueRig Queue { get; } = new();

    /// <summary>What others than the log were told of.</summary>
    public IReadOnlyList<ClientAction> Actions => _actions;

    public ZoneResolver Dns { get; } =
        new("far.example TXT v=spf1 ip4:192.0.2.7 -all", "mail.example TXT v=spf1 ip4:192.0.2.7 -all");

    public AccountLimits Limits { get; set; } = AccountLimits.None;

    public SendingUsage Usage { get; }

    public LimitKeeper Keeper { get; }

    public Complaints Complaints { get; }

    /// <summary>What the operator was told.</summary>
    public List<LimitReached> Reached { get; } = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="isSending">False: what is taken stays in the queue.</param>
    public async Task OpenAsync(bool isSending = true)
    {
        Queue.Settings = Queue.Settings with { IsSending = isSending };
        await Queue.Accounts.AddAsync(new Account(Node, Queue.Time.GetUtcNow()), Ct);
        await Queue.StartAsync();
    }

    /// <summary>One message, as a session would send it.</summary>
    /// <returns>Its id, or null where it is refused.</returns>
    public async Task<string?> SendAsync(params string[] recipients)
    {
        MailAddress[] to = [.. recipients.Select(MailAddress.Parse)];
        LimitReached? reached = Usage.TryReserve(
            Node,
            new OutgoingMail(to, Size: TestMail.Content.Length),
            out UsageReservation? usage
        );
        if (reached is not null && usage is null)
            return null;
        await using ISpooledMessage message = new MessageSpool(Queue.Store, Queue.Scheduler, [], Queue.Time).Begin();
        message.Append(TestMail.Content);
        await message.CommitAsync(
            new SpoolEnvelope(
                MailAddress.Parse("a@bbs.example"),
                [.. to.Select(address => new EnvelopeRecipient(address, RecipientNotice.None))],
                Node.Text,
                "a test",
                [],
                BodyType.SevenBit,
                SmtpUtf8: false,
                EnvelopeNotice.None,
                Usage: usage
            ),
            Ct
        );
        usage?.Complete();
        return message.Id;
    }

    /// <summary>As the operator's <c>resume</c>.</summary>
    public async Task ResumeAsync() => await _suspensions.ResumeAsync(Node, Usage.Forgive(Node), Ct);

    public Task SuspendAsync(string reason) =>
        _suspensions.SuspendAsync(Node, new Suspension(reason, Queue.Time.GetUtcNow(), Until: null), Ct);

    public async Task<Suspension?> SuspensionAsync() =>
        (await ((IAccountStore)Queue.Accounts).FindAsync(Node.LoginForm, Ct))?.Account.Suspension;

    public ValueTask<LimitReached?> SignInAsync(string client) => Usage.SignedInAsync(Node, IPAddress.Parse(client));

    public async Task<string[]> AlarmsAsync() => [.. (await Queue.Store.AlarmsAsync(Ct)).Select(alarm => alarm.Key)];

    public void PassUntil(DateTimeOffset time) => Queue.Time.Advance(time - Queue.Time.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        Keeper.Dispose();
        Complaints.Dispose();
        _suspensions.Dispose();
        await Queue.DisposeAsync();
    }
}
