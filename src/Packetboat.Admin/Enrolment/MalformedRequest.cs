using Microsoft.AspNetCore.Http;
using Packetboat.Relay.Hub;

namespace Packetboat.Admin.Enrolment;

/// <summary>A request that is none: the status, and what its sender is told.</summary>
internal sealed record MalformedRequest(int Status, EnrolmentProblem Problem)
{
    private const string Remedy = "See docs/guide/enrolment-api.md";

    public static MalformedRequest NotTheObject { get; } = OfStatus(StatusCodes.Status400BadRequest);

    public static MalformedRequest NotJson { get; } = OfStatus(StatusCodes.Status415UnsupportedMediaType);

    public static MalformedRequest TooSlow { get; } = OfStatus(StatusCodes.Status408RequestTimeout);

    public static MalformedRequest Missing(string member) =>
        new(
            StatusCodes.Status400BadRequest,
            new EnrolmentProblem(EnrolmentFault.Malformed, member, "it is missing, or empty", $"Send it as a string. {Remedy}", 0)
        );

    public static MalformedRequest WrongType(string member) =>
        new(
            StatusCodes.Status400BadRequest,
            new EnrolmentProblem(
                EnrolmentFault.Malformed,
                member,
                "it is not a string of JSON in UTF-8",
                $"Send it as one. {Remedy}",
                0
            )
        );

    public static MalformedRequest OfStatus(int status) =>
        new(
            status,
            new EnrolmentProblem(
                EnrolmentFault.Malformed,
                "the request",
                status switch
                {
                    StatusCodes.Status413PayloadTooLarge => $"it is larger than {EnrolmentApi.MaxRequest} octets",
                    StatusCodes.Status415UnsupportedMediaType => "its Content-Type is not application/json",
                    StatusCodes.Status408RequestTimeout => "it came too slowly",
                    _ => "it is not the JSON object that is asked for here",
                },
                Remedy,
                0
            )
        );
}
