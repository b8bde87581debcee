using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Limits.</summary>
public static partial class ControlApi
{
    private static void MapLimits(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(routes, Verbs.ShowLimits, Json.ResultAccountLimitsReport, (ask, ct) => operations.ShowLimitsAsync(ask.Id ?? "", ct));
        Verb(
            routes,
            Verbs.SetLimits,
            Json.ResultAccountLimitsReport,
            (ask, ct) => operations.By(ask.By).SetLimitsAsync(ask.Id ?? "", ask.Changes, ask.Reason, ct)
        );
    }
}
