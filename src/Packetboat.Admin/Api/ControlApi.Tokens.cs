using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>The tokens that relays are signed in to with.</summary>
public static partial class ControlApi
{
    private static void MapTokens(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(routes, Verbs.TokenList, Json.IReadOnlyListTokenRow, (_, ct) => operations.ListTokensAsync(ct));
        Verb(
            routes,
            Verbs.TokenSet,
            Json.ResultDone,
            (ask, ct) => operations.By(ask.By).SetTokenAsync(ask.Id ?? "", ask.Password ?? "", ask.Life, ct)
        );
        Verb(routes, Verbs.TokenForget, Json.ResultDone, (ask, ct) => operations.By(ask.By).ForgetTokenAsync(ask.Id ?? "", ct));
    }
}
