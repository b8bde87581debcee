using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Which servers have had TLS.</summary>
public static partial class ControlApi
{
    private static void MapTls(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(routes, Verbs.TlsList, Json.IReadOnlyListTlsHostRow, (ask, ct) => operations.ListTlsHostsAsync(ask.Limit, ct));
        Verb(
            routes,
            Verbs.TlsForget,
            Json.ResultDone,
            (ask, ct) => operations.By(ask.By).ForgetTlsHostAsync(ask.Id ?? "", ask.Reason, ct)
        );
    }
}
