using System.Net.Security;

namespace Packetboat.Relay.Listening;

/// <summary>The certificate that is in force now.</summary>
public interface ICertificateSource
{
    SslServerAuthenticationOptions ServerOptions();
}
