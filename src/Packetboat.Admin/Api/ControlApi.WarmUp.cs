using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>How far providers have come to know our addresses.</summary>
public static partial class ControlApi
{
    private static void MapWarmUp(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(routes, Verbs.WarmUpList, Json.IReadOnlyListWarmUpRow, (ask, ct) => operations.ListWarmUpsAsync(ask.Limit, ct));
        Verb(
            routes,
            Verbs.WarmUpForget,
            Json.ResultDone,
            (ask, ct) => operations.By(ask.By).ForgetWarmUpsAsync(ask.Id ?? "", ask.Reason, ct)
        );
    }
}
