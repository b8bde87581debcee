using System.Net;
using Packetboat.Admin.Enrolment;
using Packetboat.Relay.Hub;

namespace Packetboat.Commands;

/// <summary><c>doctor --hub</c>: how a hub sees this machine.</summary>
internal static class DoctorHub
{
    /// <summary>Before the examination begins: it takes half a minute by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>Null: it was printed why not.</returns>
    public static async Task<(IPAddress Address, string Witness)?> AskAsync(
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
            if (result.Value is { } seen)
                return (IPAddress.Parse(seen.Address), hub!.IdnHost);
            Print.Error($"--hub {result.Refusal}");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            Print.Error(
                $"--hub {address}: it has not answered within {Patience.TotalSeconds:0} seconds; compare address and port, or leave --hub out"
            );
        }

        return null;
    }
}
