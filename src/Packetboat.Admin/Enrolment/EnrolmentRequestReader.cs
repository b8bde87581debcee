using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Packetboat.Admin.Enrolment;

/// <summary>
/// Reads what a stranger sends. It is the request that is asked for, with every member that it must have, or it is said which member is at
/// fault; nothing that somebody sends is a fault of ours.
/// </summary>
/// <param name="type">The request as JSON.</param>
/// <param name="required">Its members that must not be empty, by their names in JSON.</param>
internal sealed class EnrolmentRequestReader<TAsk>(
    JsonTypeInfo<TAsk> type,
    Func<TAsk, IReadOnlyList<(string Name, string Value)>> required
)
    where TAsk : class
{
    /// <summary>Either the request or what is wrong with it.</summary>
    public async Task<(TAsk? Ask, MalformedRequest? Malformed)> ReadAsync(HttpContext context, CancellationToken ct)
    {
        if (!context.Request.HasJsonContentType())
            return (null, MalformedRequest.NotJson);
        try
        {
            if (await JsonSerializer.DeserializeAsync(context.Request.Body, type, ct) is not { } ask)
                return (null, MalformedRequest.NotTheObject);
            return required(ask).FirstOrDefault(member => member.Value.Length == 0) is { Name: { } missing }
                ? (null, MalformedRequest.Missing(missing))
                : (ask, null);
        }
        catch (JsonException bad)
        {
            return (null, MemberAt(bad.Path) is { } member ? MalformedRequest.WrongType(member) : MalformedRequest.NotTheObject);
        }
        catch (BadHttpRequestException bad)
        {
            // Too large, or too slow.
            return (null, MalformedRequest.OfStatus(bad.StatusCode));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (null, MalformedRequest.TooSlow);
        }
    }

    /// <summary>Only one that we know: the rest of the path is what the stranger wrote.</summary>
    private string? MemberAt(string? path) =>
        type
            .Properties.FirstOrDefault(property => string.Equals(path, $"$.{property.Name}", StringComparison.OrdinalIgnoreCase))
            ?.Name;
}
