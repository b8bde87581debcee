using System.Net.Sockets;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>How far port 25 reaches, over one version of IP.</summary>
/// <param name="Family">Which.</param>
/// <param name="HasWay">Whether a packet would leave this machine at all.</param>
/// <param name="Talks">With each provider that has an address of this version.</param>
/// <param name="Unknown">Why others could not be called.</param>
internal sealed record Reach(AddressFamily Family, bool HasWay, IReadOnlyList<Talk> Talks, IReadOnlyList<string> Unknown)
{
    public IReadOnlyList<Talk> Connected { get; } = [.. Talks.Where(talk => talk.IsConnected)];

    public bool IsOpen => Connected.Count > 0 && Interceptor is null;

    /// <summary>Nobody answers, and that cannot be chance.</summary>
    public bool IsClosed => HasWay && Connected.Count == 0 && Talks.Count >= LargeReceivers.Enough;

    /// <summary>
    /// Who answers in the place of all of them: a network that leads port 25 to a server of its own, or a virus scanner. Unrelated providers
    /// do not greet with one name.
    /// </summary>
    public string? Interceptor { get; } = InterceptorIn(Talks);

    private static string? InterceptorIn(IReadOnlyList<Talk> talks)
    {
        string[] names = [.. talks.Select(NameIn).OfType<string>()];
        return names.Length >= LargeReceivers.Enough && names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == 1
            ? names[0]
            : null;
    }

    /// <summary>RFC 5321 §4.2: the first word of a greeting is the server's name.</summary>
    private static string? NameIn(Talk talk) =>
        talk.Greeting is { Code: 220 } greeting && greeting.Text.Split(' ')[0] is { Length: > 0 } name ? name : null;
}
