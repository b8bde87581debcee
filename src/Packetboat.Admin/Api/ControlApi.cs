using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>The operations over HTTP, for the control socket: one path a verb, JSON in and out.</summary>
public static partial class ControlApi
{
    private const int MaxRequest = 64 * 1024;

    private static readonly OperationsJson Json = OperationsJson.Default;

    public static void Map(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(
            routes,
            Verbs.ListQueue,
            Json.IReadOnlyListQueueRow,
            (ask, ct) => operations.ListQueueAsync(ask.Selection, ask.Limit, ct)
        );
        Verb(routes, Verbs.Show, Json.ResultMessageTrace, (ask, ct) => operations.ShowAsync(ask.Id ?? "", ct));
        Verb(
            routes,
            Verbs.ChangeQueue,
            Json.ResultQueueChanged,
            (ask, ct) => operations.By(ask.By).ChangeQueueAsync(ask.Selection, ask.Action, ask.Reason, ct)
        );
        Verb(
            routes,
            Verbs.Trace,
            Json.IReadOnlyListMessageTrace,
            (ask, ct) => operations.TraceAsync(ask.Sender, ask.Recipient, ask.Limit, ct)
        );
        Verb(
            routes,
            Verbs.Explain,
            Json.ResultExplanation,
            (ask, ct) => operations.ExplainAsync(ask.Recipient ?? "", ask.Sender, ask.Account, ct)
        );
        Verb(routes, Verbs.Status, Json.StatusReport, (_, ct) => operations.StatusAsync(ct));
        Verb(routes, Verbs.ListAccounts, Json.IReadOnlyListAccountRow, (_, ct) => operations.ListAccountsAsync(ct));
        Verb(routes, Verbs.ShowAccount, Json.ResultAccountRow, (ask, ct) => operations.ShowAccountAsync(ask.Id ?? "", ct));
        Verb(
            routes,
            Verbs.AddAccount,
            Json.ResultIssuedPassword,
            (ask, ct) => operations.By(ask.By).AddAccountAsync(ask.Id ?? "", ask.Password, ask.AllowCramMd5, ask.Note, ct)
        );
        Verb(
            routes,
            Verbs.Suspend,
            Json.ResultSuspensionChanged,
            (ask, ct) => operations.By(ask.By).SuspendAsync(ask.Id, ask.Suspension, ct)
        );
        Verb(
            routes,
            Verbs.Resume,
            Json.ResultSuspensionChanged,
            (ask, ct) => operations.By(ask.By).ResumeAsync(ask.Id, ask.Reason, ct)
        );
        Verb(
            routes,
            Verbs.AddDomain,
            Json.ResultAccountRow,
            (ask, ct) => operations.By(ask.By).AddDomainAsync(ask.Id ?? "", ask.Domain, ask.Grant, ask.Subdomains, ct)
        );
        Verb(
            routes,
            Verbs.CheckDomains,
            Json.ResultAccountRow,
            (ask, ct) => operations.By(ask.By).CheckDomainsAsync(ask.Id ?? "", ct)
        );
        Verb(
            routes,
            Verbs.RemoveDomain,
            Json.ResultAccountRow,
            (ask, ct) => operations.By(ask.By).RemoveDomainAsync(ask.Id ?? "", ask.Domain, ct)
        );
        Verb(
            routes,
            Verbs.ListAudit,
            Json.IReadOnlyListAuditEntry,
            (ask, ct) => operations.ListAuditAsync(ask.Id, ask.Limit, ct)
        );
        Verb(
            routes,
            Verbs.RemoveAccount,
            Json.ResultDone,
            (ask, ct) => operations.By(ask.By).RemoveAccountAsync(ask.Id ?? "", ct)
        );
        Verb(routes, Verbs.Backup, Json.ResultBackupReport, (ask, ct) => operations.BackupAsync(ask.File ?? "", ct));
        Verb(routes, Verbs.Verify, Json.ResultVerifyReport, (_, ct) => operations.VerifyAsync(ct));
        MapInvitations(routes, operations);
        MapAlarms(routes, operations);
        MapLimits(routes, operations);
        MapArrival(routes, operations);
        MapTls(routes, operations);
        MapWarmUp(routes, operations);
        MapTokens(routes, operations);
        MapCredentials(routes, operations);
        MapDeeds(routes, operations);
        MapDoctor(routes, operations);
        routes.MapPost(Verbs.Submit, (RequestDelegate)(context => SubmitAsync(context, operations)));
    }

    private static void Verb<T>(
        IEndpointRouteBuilder routes,
        string path,
        JsonTypeInfo<T> result,
        Func<OperationRequest, CancellationToken, Task<T>> operation
    ) =>
        routes.MapPost(
            path,
            (RequestDelegate)(
                async context =>
                {
                    if (context.Request.ContentLength is not (>= 0 and <= MaxRequest))
                    {
                        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                        return;
                    }

                    if (await ReadAsync(context) is not { } said)
                        return;
                    OperationRequest ask = said with { By = PeerOperator.Of(context, said.By) };
                    await context.Response.WriteAsJsonAsync(await operation(ask, context.RequestAborted), result);
                }
            )
        );

    private static async Task<OperationRequest?> ReadAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync(Json.OperationRequest, context.RequestAborted);
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }
    }

    private static async Task SubmitAsync(HttpContext context, IOperations operations)
    {
        IQueryCollection query = context.Request.Query;
        var submission = new Submission(query["from"].ToString(), [.. query["to"].OfType<string>()], query["user"].ToString());
        Result<Submitted> result = await operations.SubmitAsync(submission, context.Request.Body, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(result, Json.ResultSubmitted);
    }
}
