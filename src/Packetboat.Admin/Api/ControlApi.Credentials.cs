using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>Credentials.</summary>
public static partial class ControlApi
{
    private static void MapCredentials(IEndpointRouteBuilder routes, IOperations operations)
    {
        Verb(
            routes,
            Verbs.AddCredential,
            Json.ResultIssuedPassword,
            (ask, ct) => operations.By(ask.By).AddCredentialAsync(ask.Id ?? "", ask.Credential, ct)
        );
        Verb(
            routes,
            Verbs.SetPassword,
            Json.ResultIssuedPassword,
            (ask, ct) => operations.By(ask.By).SetPasswordAsync(ask.Id ?? "", ask.Credential, ct)
        );
        Verb(
            routes,
            Verbs.Require,
            Json.ResultAccountRow,
            (ask, ct) => operations.By(ask.By).RequireAsync(ask.Id ?? "", ask.SignIn, ct)
        );
        Verb(
            routes,
            Verbs.RevokeCredential,
            Json.ResultAccountRow,
            (ask, ct) => operations.By(ask.By).RevokeCredentialAsync(ask.Id ?? "", ask.Credential.Name, ask.Reason, ct)
        );
    }
}
