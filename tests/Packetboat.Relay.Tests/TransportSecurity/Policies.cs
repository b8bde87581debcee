using Packetboat.Protocol.Dns;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Tests.TransportSecurity;

internal static class Policies
{
    /// <summary>As in the server, with web servers that a test answers for.</summary>
    public static TransportPolicies Of(
        IResolver resolver,
        Func<Settings> settings,
        IPolicyFetcher? fetcher = null,
        IMtaStsStore? store = null
    ) =>
        new(
            resolver,
            new MtaStsPolicies(
                resolver,
                fetcher ?? new FakeFetcher(),
                store ?? new MemoryPolicyStore(TimeProvider.System),
                TimeProvider.System
            ),
            settings
        );
}
