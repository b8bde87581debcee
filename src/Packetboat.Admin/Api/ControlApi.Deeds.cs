using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>What commands do by themselves.</summary>
public static partial class ControlApi
{
    private static void MapDeeds(IEndpointRouteBuilder routes, IOperations operations) =>
        Verb(
            routes,
            Verbs.Note,
            Json.ResultDone,
            (ask, ct) => operations.By(ask.By).NoteAsync(ask.Deed, ask.Id ?? "", ask.Reason, ct)
        );
}
