using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;

namespace Packetboat.Admin.Api;

/// <summary>The operations of a server that runs, over its control socket.</summary>
public sealed partial class ControlClient : IOperations, IDisposable
{
    private static readonly OperationsJson Json = OperationsJson.Default;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>For what reads or writes all of a store, which may be large.</summary>
    private static readonly TimeSpan WholeStorePatience = TimeSpan.FromHours(6);

    private readonly HttpClient _http;
    private readonly Operator? _who;

    private ControlClient(HttpClient http, Operator who) => (_http, _who) = (http, who);

    private ControlClient(string path)
    {
        var handler = new SocketsHttpHandler { ConnectCallback = async (_, ct) => await ConnectAsync(path, ct) };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://packetboat"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Null when no server answers there.</summary>
    public static async Task<ControlClient?> TryOpenAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            await using Stream probe = await ConnectAsync(path, ct);
            return new ControlClient(path);
        }
        catch (SocketException failure)
            when (failure.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return null;
        }
    }

    /// <summary>Over the same connections, which end with this.</summary>
    public IOperations By(Operator who) => new ControlClient(_http, who);

    public Task<IReadOnlyList<QueueRow>> ListQueueAsync(QueueSelection selection, int limit, CancellationToken ct) =>
        AskAsync(Verbs.ListQueue, new OperationRequest { Selection = selection, Limit = limit }, Json.IReadOnlyListQueueRow, ct);

    public Task<Result<MessageTrace>> ShowAsync(string id, CancellationToken ct) =>
        AskAsync(Verbs.Show, new OperationRequest { Id = id }, Json.ResultMessageTrace, ct);

    public Task<Result<QueueChanged>> ChangeQueueAsync(
        QueueSelection selection,
        QueueAction action,
        string reason,
        CancellationToken ct
    ) =>
        AskAsync(
            Verbs.ChangeQueue,
            new OperationRequest
            {
                Selection = selection,
                Action = action,
                Reason = reason,
            },
            Json.ResultQueueChanged,
            ct
        );

    public Task<IReadOnlyList<MessageTrace>> TraceAsync(string? sender, string? recipient, int limit, CancellationToken ct) =>
        AskAsync(
            Verbs.Trace,
            new OperationRequest
            {
                Sender = sender,
                Recipient = recipient,
                Limit = limit,
            },
            Json.IReadOnlyListMessageTrace,
            ct
        );

    public Task<Result<Explanation>> ExplainAsync(string recipient, string? sender, CancellationToken ct) =>
        AskAsync(Verbs.Explain, new OperationRequest { Recipient = recipient, Sender = sender }, Json.ResultExplanation, ct);

    public Task<StatusReport> StatusAsync(CancellationToken ct) =>
        AskAsync(Verbs.Status, new OperationRequest(), Json.StatusReport, ct);

    public Task<IReadOnlyList<AccountRow>> ListAccountsAsync(CancellationToken ct) =>
        AskAsync(Verbs.ListAccounts, new OperationRequest(), Json.IReadOnlyListAccountRow, ct);

    public Task<Result<AccountRow>> ShowAccountAsync(string id, CancellationToken ct) =>
        AskAsync(Verbs.ShowAccount, new OperationRequest { Id = id }, Json.ResultAccountRow, ct);

    public Task<Result<IssuedPassword>> AddAccountAsync(
        string id,
        string? password,
        bool allowCramMd5,
        string note,
        CancellationToken ct
    ) =>
        AskAsync(
            Verbs.AddAccount,
            new OperationRequest
            {
                Id = id,
                Password = password,
                AllowCramMd5 = allowCramMd5,
                Note = note,
            },
            Json.ResultIssuedPassword,
            ct
        );

    public Task<Result<SuspensionChanged>> SuspendAsync(string? id, SuspensionOrder order, CancellationToken ct) =>
        AskAsync(
            Verbs.Suspend,
            new OperationRequest { Id = id, Suspension = order },
            Json.ResultSuspensionChanged,
            ct,
            WholeStorePatience
        );

    public Task<Result<SuspensionChanged>> ResumeAsync(string? id, string reason, CancellationToken ct) =>
        AskAsync(
            Verbs.Resume,
            new OperationRequest { Id = id, Reason = reason },
            Json.ResultSuspensionChanged,
            ct,
            WholeStorePatience
        );

    public Task<Result<AccountRow>> AddDomainAsync(string id, string domain, bool grant, bool subdomains, CancellationToken ct) =>
        AskAsync(
            Verbs.AddDomain,
            new OperationRequest
            {
                Id = id,
                Domain = domain,
                Grant = grant,
                Subdomains = subdomains,
            },
            Json.ResultAccountRow,
            ct
        );

    public Task<Result<AccountRow>> CheckDomainsAsync(string id, CancellationToken ct) =>
        AskAsync(Verbs.CheckDomains, new OperationRequest { Id = id }, Json.ResultAccountRow, ct);

    public Task<Result<AccountRow>> RemoveDomainAsync(string id, string domain, CancellationToken ct) =>
        AskAsync(Verbs.RemoveDomain, new OperationRequest { Id = id, Domain = domain }, Json.ResultAccountRow, ct);

    public Task<IReadOnlyList<AuditEntry>> ListAuditAsync(string? target, int limit, CancellationToken ct) =>
        AskAsync(Verbs.ListAudit, new OperationRequest { Id = target, Limit = limit }, Json.IReadOnlyListAuditEntry, ct);

    public Task<Result<Done>> RemoveAccountAsync(string id, CancellationToken ct) =>
        AskAsync(Verbs.RemoveAccount, new OperationRequest { Id = id }, Json.ResultDone, ct);

    public async Task<Result<Submitted>> SubmitAsync(Submission submission, Stream content, CancellationToken ct)
    {
        IEnumerable<string> query = submission
            .Recipients.Select(to => $"to={Uri.EscapeDataString(to)}")
            .Prepend($"from={Uri.EscapeDataString(submission.Sender)}")
            .Append($"user={Uri.EscapeDataString(submission.User)}");
        using var body = new StreamContent(content);
        return await PostAsync($"{Verbs.Submit}?{string.Join('&', query)}", body, Json.ResultSubmitted, Patience, ct);
    }

    public Task<Result<BackupReport>> BackupAsync(string file, CancellationToken ct) =>
        AskAsync(Verbs.Backup, new OperationRequest { File = file }, Json.ResultBackupReport, ct, WholeStorePatience);

    public Task<Result<VerifyReport>> VerifyAsync(CancellationToken ct) =>
        AskAsync(Verbs.Verify, new OperationRequest(), Json.ResultVerifyReport, ct, WholeStorePatience);

    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(
        string verb,
        OperationRequest request,
        JsonTypeInfo<T> result,
        CancellationToken ct,
        TimeSpan? patience = null
    )
    {
        OperationRequest signed = _who is null ? request : request with { By = _who };
        byte[] json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(signed, Json.OperationRequest);
        using var body = new ByteArrayContent(json);
        body.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
        return await PostAsync(verb, body, result, patience ?? Patience, ct);
    }

    private async Task<T> PostAsync<T>(
        string path,
        HttpContent body,
        JsonTypeInfo<T> result,
        TimeSpan patience,
        CancellationToken ct
    )
    {
        using var late = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        try
        {
            using HttpResponseMessage answer = await _http.PostAsync(path, body, either.Token);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync(result, either.Token)
                ?? throw new InvalidDataException("the server answered nothing");
        }
        catch (OperationCanceledException ended) when (late.IsCancellationRequested)
        {
            throw new IOException($"the server has not answered within {patience.TotalMinutes:0} minutes", ended);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
