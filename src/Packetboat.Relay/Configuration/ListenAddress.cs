using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>An address to listen on. A port given with it takes the place of the listener's own.</summary>
public sealed record ListenAddress(IPAddress Address, int? Port)
{
    /// <summary>Reads <c>ip</c>, <c>ip:port</c> or <c>[v6]:port</c>.</summary>
    public static ListenAddress? Parse(string text)
    {
        if (ServerAddress.Parse(text) is not { } server || !ServerAddress.IsAddress(server.Host))
            return null;
        return new ListenAddress(IPAddress.Parse(server.Host), server.Port);
    }

    public override string ToString() => new ServerAddress(Address.ToString(), Port).ToString();
}
