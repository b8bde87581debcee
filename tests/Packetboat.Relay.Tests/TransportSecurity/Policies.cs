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
        IMtaStsStore? store = null,
        TlsMemory? memory = null
    ) =>
        new(
            resolver,
            new MtaStsPolicies(
                resolver,
                fetcher ?? new FakeFetcher(),
                store ?? new MemoryPolicyStore(TimeProvider.System),
                TimeProvider.System
            ),
            memory ?? Memory(settings),
            settings
        );

    /// <summary>Of servers that nobody has called yet.</summary>
    public static TlsMemory Memory(Func<Settings> settings) => new(new MemoryTlsStore(), settings, TimeProvider.System);
}
