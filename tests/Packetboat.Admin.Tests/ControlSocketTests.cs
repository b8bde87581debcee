using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Packetboat.Admin.Api;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Admin.Tests;

/// <summary>A command speaks to the running server: both ends, over a real socket.</summary>
public sealed partial class ControlSocketTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pb-").FullName;
    private readonly RecordedOperations _operations = new();
    private WebApplication? _server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string SocketPath => ControlSocket.PathIn(_folder);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_a_server_there_is_no_client() => Assert.Null(await ControlClient.TryOpenAsync(SocketPath, Ct));

    [Fact(Timeout = 30_000)]
    public async Task A_socket_that_a_crash_left_behind_is_no_server()
    {
        await StartAsync();
        await _server!.StopAsync(Ct);
        await File.WriteAllTextAsync(SocketPath, "", Ct);

        Assert.Null(await ControlClient.TryOpenAsync(SocketPath, Ct));
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_verb_arrives_with_what_was_asked_and_brings_back_what_was_answered()
    {
        using ControlClient client = await ConnectAsync();
        var selection = new QueueSelection(Account: "MYBBS", Domain: "far.example");

        Assert.Equal("ID00000001", Assert.Single(await client.ListQueueAsync(selection, 7, Ct)).Id);
        Assert.Equal("no such message", (await client.ShowAsync("X", Ct)).Refusal!.Reason);
        Assert.Equal(QueueAction.Hold, (await client.ChangeQueueAsync(selection, QueueAction.Hold, "why", Ct)).Value!.Action);
        Assert.Empty(await client.TraceAsync("from", "to", 3, Ct));
        Assert.Equal("mx far.example", (await client.ExplainAsync("a@far.example", "b@c.example", "MYBBS", Ct)).Value!.Route);
        Assert.True((await client.StatusAsync(Ct)).IsRunning);
        Assert.Empty(await client.ListAccountsAsync(Ct));
        Assert.Equal("MYBBS", (await client.ShowAccountAsync("mybbs", Ct)).Value!.Id);
        Assert.Equal("generated", (await client.AddAccountAsync("MYBBS", null, true, "note", Ct)).Value!.GeneratedPassword);
        Assert.Null(
            (await client.SetPasswordAsync("MYBBS", new CredentialWish { Password = "chosen" }, Ct)).Value!.GeneratedPassword
        );
        var order = new SuspensionOrder(
            "late",
            new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
            QueuedMail.Bounce,
            SuspendedAnswer.Refuse
        );
        SuspensionChanged suspended = (await client.SuspendAsync("MYBBS", order, Ct)).Value!;
        Assert.Equal((QueuedMail.Bounce, 3), (suspended.Suspension!.Queued, suspended.Recipients));
        Assert.Null((await client.SuspendAsync(null, order, Ct)).Refusal);
        Assert.Equal("MYBBS", (await client.ResumeAsync("MYBBS", "paid", Ct)).Value!.Account!.Id);
        Assert.Null((await client.AddDomainAsync("MYBBS", "bbs.example", grant: true, subdomains: false, Ct)).Refusal);
        Assert.Null((await client.CheckDomainsAsync("MYBBS", Ct)).Refusal);
        Assert.Null((await client.RemoveDomainAsync("MYBBS", "bbs.example", Ct)).Refusal);
        Assert.Equal("vince", Assert.Single(await client.ListAuditAsync("MYBBS", 9, Ct)).Who.Name);
        Assert.Equal("gone", (await client.RemoveAccountAsync("MYBBS", Ct)).Value!.Message);
        Assert.Equal(7, (await client.BackupAsync("/backup/mail.db", Ct)).Value!.Messages);
        Assert.Equal(["it is torn"], Assert.Single((await client.VerifyAsync(Ct)).Value!.Checks).Faults);

        Assert.Equal(
            [
                "list MYBBS far.example 7",
                "show X",
                "Hold MYBBS why",
                "trace from to 3",
                "explain a@far.example b@c.example",
                "status",
                "accounts",
                "account mybbs",
                "add MYBBS (none) True note",
                "password MYBBS  chosen False",
                "suspend MYBBS late 2030 Bounce Refuse",
                "suspend all late 2030 Bounce Refuse",
                "resume MYBBS paid",
                "domain add MYBBS bbs.example True False",
                "domain check MYBBS",
                "domain remove MYBBS bbs.example",
                "audit MYBBS 9",
                "remove MYBBS",
                "backup /backup/mail.db",
                "verify",
            ],
            _operations.Asked
        );
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_asks_goes_over_the_socket_too()
    {
        using ControlClient client = await ConnectAsync();

        await client.By(new Operator(Environment.UserName, "192.0.2.1")).ResumeAsync("MYBBS", "paid", Ct);

        Assert.Equal(new Operator(Environment.UserName, "192.0.2.1"), _operations.LastOperator);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_calls_himself_another_name_is_known_all_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SO_PEERCRED is Linux's");
        using ControlClient client = await ConnectAsync();

        await client.By(new Operator("vince", "192.0.2.1")).ResumeAsync("MYBBS", "paid", Ct);

        Assert.Equal(new Operator(Environment.UserName, "192.0.2.1, calls itself vince"), _operations.LastOperator);
    }

    [Fact]
    public async Task A_user_is_called_by_his_name_or_his_number()
    {
        string file = Path.Combine(_folder, "passwd");
        await File.WriteAllTextAsync(file, "root:x:0:0:root:/root:/bin/sh\nrubbish\n:x:7::::\nvince:x:1000:1000::/:\n", Ct);

        Assert.Equal("root", PeerOperator.NameOf(0, file));
        Assert.Equal("vince", PeerOperator.NameOf(1000, file));
        Assert.Equal("uid 7", PeerOperator.NameOf(7, file));
        Assert.Equal("uid 1000", PeerOperator.NameOf(1000, Path.Combine(_folder, "none")));
    }

    [Fact]
    public void Where_there_is_no_peer_the_word_of_the_client_counts()
    {
        using var other = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.InterNetwork,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Tcp
        );

        Assert.Null(PeerOperator.UidOf(other));
        Assert.Equal(
            new Operator("vince", "here"),
            PeerOperator.Of(new Microsoft.AspNetCore.Http.DefaultHttpContext(), new Operator("vince", "here"))
        );
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_command_does_by_itself_is_told()
    {
        using ControlClient client = await ConnectAsync();

        await client.NoteAsync(OperatorDeed.DkimUse, "s._domainkey.d.example", "by hand", Ct);

        Assert.Equal(["note DkimUse s._domainkey.d.example by hand"], _operations.Asked);
        Assert.NotNull(_operations.LastOperator);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_doctor_is_called_to_the_server_and_his_report_comes_back()
    {
        using ControlClient client = await ConnectAsync();

        DoctorReport report = await client.ExamineAsync(new ExaminationWish("d.example", "192.0.2.7", "192.0.2.53"), Ct);

        Assert.Equal(["doctor d.example 192.0.2.7 192.0.2.53"], _operations.Asked);
        Assert.Equal(("hub.example", "As it does."), (report.HostName, report.Advice.Words));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_message_goes_over_the_socket_octet_for_octet()
    {
        using ControlClient client = await ConnectAsync();
        byte[] message = [.. Enumerable.Range(0, 300_000).Select(i => (byte)i)];

        Result<Submitted> result = await client.SubmitAsync(
            new Submission("me+tag@bbs.example", ["a&b@far.example", "ü@far.example"], "sysop"),
            new MemoryStream(message),
            Ct
        );

        Assert.Equal("ID00000002", result.Value!.Id);
        Assert.Equal("submit me+tag@bbs.example a&b@far.example,ü@far.example sysop", Assert.Single(_operations.Asked));
        Assert.Equal(message, _operations.Content);
    }

    [Fact(Timeout = 30_000)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Only_its_owner_may_use_the_socket()
    {
        await StartAsync();

        ControlSocket.Restrict(SocketPath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public void A_path_that_no_socket_can_have_is_refused_with_the_remedy()
    {
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() =>
            ControlSocket.Prepare("/" + new string('x', 120))
        );

        Assert.Contains("shorter DataDirectory", refused.Message, StringComparison.Ordinal);
    }

    private async Task<ControlClient> ConnectAsync()
    {
        await StartAsync();
        return await ControlClient.TryOpenAsync(SocketPath, Ct) ?? throw new InvalidOperationException("nobody answers");
    }

    private async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        ControlSocket.Prepare(SocketPath);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath));
        _server = builder.Build();
        ControlApi.Map(_server, _operations);
        await _server.StartAsync(Ct);
    }

    [Fact]
    public async Task What_is_known_of_TLS_is_listed_and_forgotten()
    {
        await StartAsync();
        using ControlClient client = await ConnectAsync();

        Assert.Equal("mx.far.example", Assert.Single(await client.ListTlsHostsAsync(7, Ct)).Host);
        Assert.Null((await client.ForgetTlsHostAsync("mx.far.example", "gone", Ct)).Refusal);
        Assert.Equal(["tls list 7", "tls forget mx.far.example gone"], _operations.Asked);
    }

    [Fact]
    public async Task What_providers_know_of_our_addresses_is_listed_and_forgotten()
    {
        await StartAsync();
        using ControlClient client = await ConnectAsync();

        Assert.Equal(new WarmUpRow("192.0.2.1", "Gmail", 3, 5, 225), Assert.Single(await client.ListWarmUpsAsync(7, Ct)));
        Assert.Null((await client.ForgetWarmUpsAsync("192.0.2.1", "moved", Ct)).Refusal);
        Assert.Equal(["warmup list 7", "warmup forget 192.0.2.1 moved"], _operations.Asked);
    }

    [Fact]
    public async Task A_token_is_listed_set_and_forgotten()
    {
        await StartAsync();
        using ControlClient client = await ConnectAsync();

        Assert.Equal("office", Assert.Single(await client.ListTokensAsync(Ct)).Name);
        Assert.Null((await client.SetTokenAsync("office", "r0", TimeSpan.FromDays(90), Ct)).Refusal);
        Assert.Null((await client.ForgetTokenAsync("office", Ct)).Refusal);
        Assert.Equal(["token list", "token set office r0 90", "token forget office"], _operations.Asked);
    }

    private sealed partial class RecordedOperations : IOperations
    {
        private static readonly DateTimeOffset Time = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public List<string> Asked { get; } = [];

        public byte[] Content { get; private set; } = [];

        public Operator? LastOperator { get; private set; }

        public Task<IReadOnlyList<TokenRow>> ListTokensAsync(CancellationToken ct)
        {
            Asked.Add("token list");
            return Task.FromResult<IReadOnlyList<TokenRow>>([new TokenRow("office", "refresh", "", Time, null)]);
        }

        public Task<Result<Done>> SetTokenAsync(string name, string refresh, TimeSpan? life, CancellationToken ct)
        {
            Asked.Add($"token set {name} {refresh} {life?.TotalDays}");
            return Task.FromResult<Result<Done>>(new Done("kept"));
        }

        public Task<Result<Done>> ForgetTokenAsync(string name, CancellationToken ct)
        {
            Asked.Add($"token forget {name}");
            return Task.FromResult<Result<Done>>(new Done("gone"));
        }

        public Task<IReadOnlyList<TlsHostRow>> ListTlsHostsAsync(int limit, CancellationToken ct)
        {
            Asked.Add($"tls list {limit}");
            return Task.FromResult<IReadOnlyList<TlsHostRow>>([new TlsHostRow("mx.far.example", Time, Time)]);
        }

        public Task<Result<Done>> ForgetTlsHostAsync(string host, string reason, CancellationToken ct)
        {
            Asked.Add($"tls forget {host} {reason}");
            return Task.FromResult<Result<Done>>(new Done("gone"));
        }

        public Task<IReadOnlyList<WarmUpRow>> ListWarmUpsAsync(int limit, CancellationToken ct)
        {
            Asked.Add($"warmup list {limit}");
            return Task.FromResult<IReadOnlyList<WarmUpRow>>([new WarmUpRow("192.0.2.1", "Gmail", 3, 5, 225)]);
        }

        public Task<Result<Done>> ForgetWarmUpsAsync(string address, string reason, CancellationToken ct)
        {
            Asked.Add($"warmup forget {address} {reason}");
            return Task.FromResult<Result<Done>>(new Done("gone"));
        }

        public IOperations By(Operator who)
        {
            LastOperator = who;
            return this;
        }

        public Task<DoctorReport> ExamineAsync(ExaminationWish wish, CancellationToken ct) =>
            Say(
                $"doctor {wish.Domain} {wish.Address} {wish.NameServer}",
                new DoctorReport(Time, "hub.example", "d.example", "/ctrl", "", [], new Advice("As it does.", "", []))
            );

        public Task<Result<Done>> NoteAsync(OperatorDeed deed, string target, string reason, CancellationToken ct) =>
            Say<Result<Done>>($"note {deed} {target} {reason}", new Done("written"));

        public Task<IReadOnlyList<QueueRow>> ListQueueAsync(QueueSelection selection, int limit, CancellationToken ct) =>
            Say<IReadOnlyList<QueueRow>>(
                $"list {selection.Account} {selection.Domain} {limit}",
                [new QueueRow("ID00000001", Time, 1, "", null, "a@far.example", "mx far.example", "waiting", 1, Time, "")]
            );

        public Task<Result<MessageTrace>> ShowAsync(string id, CancellationToken ct) =>
            Say<Result<MessageTrace>>($"show {id}", new Refusal(id, "no such message", "look again"));

        public Task<Result<QueueChanged>> ChangeQueueAsync(
            QueueSelection selection,
            QueueAction action,
            string reason,
            CancellationToken ct
        ) => Say<Result<QueueChanged>>($"{action} {selection.Account} {reason}", new QueueChanged(action, []));

        public Task<IReadOnlyList<MessageTrace>> TraceAsync(string? sender, string? recipient, int limit, CancellationToken ct) =>
            Say<IReadOnlyList<MessageTrace>>($"trace {sender} {recipient} {limit}", []);

        public Task<Result<Explanation>> ExplainAsync(string recipient, string? sender, string? account, CancellationToken ct) =>
            Say<Result<Explanation>>(
                $"explain {recipient} {sender}",
                new Explanation(recipient, "mx far.example", "", "", [], "", [])
            );

        public Task<StatusReport> StatusAsync(CancellationToken ct) =>
            Say("status", new StatusReport("0", "hub.example", true, Time, [], 0, "", 0, 0, 0, null, [], []));

        public Task<IReadOnlyList<AccountRow>> ListAccountsAsync(CancellationToken ct) =>
            Say<IReadOnlyList<AccountRow>>("accounts", []);

        public Task<Result<AccountRow>> ShowAccountAsync(string id, CancellationToken ct) =>
            Say<Result<AccountRow>>($"account {id}", Row(""));

        public Task<Result<IssuedPassword>> AddAccountAsync(
            string id,
            string? password,
            bool allowCramMd5,
            string note,
            CancellationToken ct
        ) =>
            Say<Result<IssuedPassword>>(
                $"add {id} {password ?? "(none)"} {allowCramMd5} {note}",
                new IssuedPassword(Row(""), "default", "generated")
            );

        public Task<Result<SuspensionChanged>> SuspendAsync(string? id, SuspensionOrder order, CancellationToken ct) =>
            Say<Result<SuspensionChanged>>(
                $"suspend {id ?? "all"} {order.Reason} {order.Until?.Year} {order.Queued} {order.Answer}",
                new SuspensionChanged(
                    Row(order.Reason),
                    new Suspension(order.Reason, Time, order.Until, order.Queued, order.Answer),
                    3
                )
            );

        public Task<Result<SuspensionChanged>> ResumeAsync(string? id, string reason, CancellationToken ct) =>
            Say<Result<SuspensionChanged>>($"resume {id ?? "all"} {reason}", new SuspensionChanged(Row(""), null, 3));

        public Task<Result<AccountRow>> AddDomainAsync(
            string id,
            string domain,
            bool grant,
            bool subdomains,
            CancellationToken ct
        ) => Say<Result<AccountRow>>($"domain add {id} {domain} {grant} {subdomains}", Row(""));

        public Task<Result<AccountRow>> CheckDomainsAsync(string id, CancellationToken ct) =>
            Say<Result<AccountRow>>($"domain check {id}", Row(""));

        public Task<Result<AccountRow>> RemoveDomainAsync(string id, string domain, CancellationToken ct) =>
            Say<Result<AccountRow>>($"domain remove {id} {domain}", Row(""));

        public Task<IReadOnlyList<AuditEntry>> ListAuditAsync(string? target, int limit, CancellationToken ct) =>
            Say<IReadOnlyList<AuditEntry>>(
                $"audit {target} {limit}",
                [new AuditEntry(Time, new Operator("vince", "192.0.2.1"), "account suspend", "MYBBS", "spam")]
            );

        public Task<Result<Done>> RemoveAccountAsync(string id, CancellationToken ct) =>
            Say<Result<Done>>($"remove {id}", new Done("gone"));

        public async Task<Result<Submitted>> SubmitAsync(Submission submission, Stream content, CancellationToken ct)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, ct);
            Content = copy.ToArray();
            return await Say<Result<Submitted>>(
                $"submit {submission.Sender} {string.Join(',', submission.Recipients)} {submission.User}",
                new Submitted("ID00000002")
            );
        }

        public Task<Result<BackupReport>> BackupAsync(string file, CancellationToken ct) =>
            Say<Result<BackupReport>>($"backup {file}", new BackupReport(file, 4096, 7, 2));

        public Task<Result<VerifyReport>> VerifyAsync(CancellationToken ct) =>
            Say<Result<VerifyReport>>("verify", new VerifyReport("db", [new VerifyCheck("pages", 1, "", ["it is torn"])]));

        private static AccountRow Row(string reason) => new("MYBBS", Time, "", null, null, reason, []);

        private Task<T> Say<T>(string asked, T answer)
        {
            Asked.Add(asked);
            return Task.FromResult(answer);
        }
    }
}
