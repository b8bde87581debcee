using System.Net;
using Packetboat.Admin.Enrolment;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;

namespace Packetboat.Commands;

/// <summary><c>doctor --hub</c>: how a hub sees this machine.</summary>
internal static class DoctorHub
{
    /// <summary>Before the examination begins: it takes half a minute by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="subject">Of the examination.</param>
    /// <param name="address"><c>--hub</c></param>
    /// <param name="pinned"><c>--pin</c></param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The subject as the hub sees it, or with the reason why nobody could ask: the rest is worth having all the same. Null: it was printed what is wrong with the words.</returns>
    public static async Task<Subject?> AskAsync(
        Subject subject,
        string address,
        string? pinned,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (!EnrolmentClient.TryAddress(address, out Uri? hub, out Refusal? refusal))
        {
            Print.Error($"--hub {refusal}");
            return null;
        }

        HubPin? pin = null;
        if (pinned is not null && !HubPin.TryParse(pinned, out pin))
        {
            Print.Error(
                $"--pin {pinned}: not a pin; write the 64 hexadecimal digits of the certificate's SHA-256, or sha256// and base64"
            );
            return null;
        }

        using var client = new EnrolmentClient(hub!, pin, time);
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        try
        {
            EnrolmentResult<SeenAddress> result = await client.AddressAsync(either.Token);
            return result.Value is { } seen
                ? subject with
                {
                    Seen = (IPAddress.Parse(seen.Address), hub!.IdnHost),
                }
                : subject with
                {
                    HubTrouble = result.Refusal!.ToString(),
                };
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return subject with
            {
                HubTrouble =
                    $"{address}: it has not answered within {Patience.TotalSeconds:0} seconds. Compare address and port, or leave --hub out",
            };
        }
    }
}
