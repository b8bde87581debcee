using System.Globalization;
using System.Net;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Hub;

namespace Packetboat.Admin.Enrolment;

/// <summary>
/// The API by which strangers become nodes: JSON over HTTPS, five requests. It is all that a stranger can reach; the operator's API is
/// another server. What arrives is bounded by that server, and each request has a deadline.
/// </summary>
public static class EnrolmentApi
{
    /// <summary>Octets of a request.</summary>
    public const int MaxRequest = 16 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static readonly EnrolmentJson Json = EnrolmentJson.Default;

    public static void Map(IEndpointRouteBuilder routes, Relay.Hub.Enrolment enrolment, TimeProvider time)
    {
        routes.MapGet(
            EnrolmentPaths.Hub,
            (RequestDelegate)(context => WriteAsync(context, StatusCodes.Status200OK, enrolment.Describe(), Json.HubDescription))
        );
        routes.MapGet(
            EnrolmentPaths.Address,
            (RequestDelegate)(
                context =>
                    AnswerAsync(
                        context,
                        enrolment.AddressOf(context.Connection.RemoteIpAddress ?? IPAddress.None),
                        Json.SeenAddress
                    )
            )
        );
        Post(
            routes,
            EnrolmentPaths.Join,
            new EnrolmentRequestReader<JoinRequest>(
                Json.JoinRequest,
                ask => [("code", ask.Code), ("key", ask.Key), ("terms", ask.Terms)]
            ),
            Json.JoinAnswer,
            time,
            enrolment.JoinAsync
        );
        Post(
            routes,
            EnrolmentPaths.Apply,
            new EnrolmentRequestReader<ApplicationRequest>(
                Json.ApplicationRequest,
                ask => [("code", ask.Code), ("id", ask.Id), ("contact", ask.Contact), ("terms", ask.Terms)]
            ),
            Json.ApplicationAnswer,
            time,
            enrolment.ApplyAsync
        );
        Post(
            routes,
            EnrolmentPaths.Application,
            new EnrolmentRequestReader<ApplicationRequest>(Json.ApplicationRequest, ask => [("code", ask.Code)]),
            Json.ApplicationAnswer,
            time,
            (ask, client, ct) => enrolment.ApplicationAsync(ask.Code, client, ct)
        );
    }

    private static void Post<TAsk, TAnswer>(
        IEndpointRouteBuilder routes,
        string path,
        EnrolmentRequestReader<TAsk> reader,
        JsonTypeInfo<TAnswer> answer,
        TimeProvider time,
        Func<TAsk, IPAddress, CancellationToken, Task<EnrolmentResult<TAnswer>>> operation
    )
        where TAsk : class
        where TAnswer : class =>
        routes.MapPost(
            path,
            (RequestDelegate)(
                async context =>
                {
                    using var late = new CancellationTokenSource(Deadline, time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
                    (TAsk? ask, MalformedRequest? malformed) = await reader.ReadAsync(context, either.Token);
                    if (ask is null)
                    {
                        await WriteAsync(context, malformed!.Status, malformed.Problem, Json.EnrolmentProblem);
                        return;
                    }

                    IPAddress client = context.Connection.RemoteIpAddress ?? IPAddress.None;
                    await AnswerAsync(context, await operation(ask, client, either.Token), answer);
                }
            )
        );

    private static Task AnswerAsync<TAnswer>(HttpContext context, EnrolmentResult<TAnswer> result, JsonTypeInfo<TAnswer> type)
        where TAnswer : class
    {
        if (result.Refusal is not { } refusal)
            return WriteAsync(context, StatusCodes.Status200OK, result.Value!, type);
        int wait = (int)Math.Ceiling(result.RetryAfter.TotalSeconds);
        if (wait > 0)
            context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(
            context,
            StatusOf(result.Fault),
            new EnrolmentProblem(result.Fault, refusal.Value, refusal.Reason, refusal.Remedy, wait),
            Json.EnrolmentProblem
        );
    }

    private static int StatusOf(EnrolmentFault fault) =>
        fault switch
        {
            EnrolmentFault.Malformed => StatusCodes.Status400BadRequest,
            EnrolmentFault.UnknownCode or EnrolmentFault.NoApplications => StatusCodes.Status403Forbidden,
            EnrolmentFault.Expired or EnrolmentFault.Used or EnrolmentFault.Revoked => StatusCodes.Status410Gone,
            EnrolmentFault.TooManyRequests => StatusCodes.Status429TooManyRequests,
            EnrolmentFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status409Conflict,
        };

    private static Task WriteAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        // There may be a password in it.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(answer, type, cancellationToken: context.RequestAborted);
    }
}
