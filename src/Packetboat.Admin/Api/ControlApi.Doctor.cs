using Microsoft.AspNetCore.Routing;
using Packetboat.Relay.Operations;

namespace Packetboat.Admin.Api;

/// <summary>The doctor.</summary>
public static partial class ControlApi
{
    private static void MapDoctor(IEndpointRouteBuilder routes, IOperations operations) =>
        Verb(routes, Verbs.Examine, Json.DoctorReport, (ask, ct) => operations.ExamineAsync(ask.Examination, ct));
}
