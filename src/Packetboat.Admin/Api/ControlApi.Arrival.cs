using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Whether mail will arrive.</summary>
public static partial class ControlApi
{
    private static void MapArrival(IEndpointRouteBuilder routes, IOperations operations) =>
        Verb(
            routes,
            Verbs.Arrival,
            Json.ResultArrivalReport,
            (ask, ct) =>
                operations.By(ask.By).ArrivalAsync(ask.Id ?? "", ask.Changes.Count > 0 ? ask.Changes[0] : null, ask.Reason, ct)
        );
}
