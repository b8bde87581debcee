using System.Net;
using Microsoft.AspNetCore.Connections;
using Packetboat.Relay.Listening;

namespace Packetboat.Serving;

/// <summary>
/// Hangs up on a client that has its number of connections already: where there is a bound for all of them together, one client that opens them
/// and says nothing must not come to it alone. The machine itself is exempt, for a proxy may run there.
/// </summary>
/// <param name="most">Of one client at once.</param>
internal sealed class ConnectionsPerClient(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientNetwork, int> _open = [];

    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var client = ClientNetwork.Of((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback);
        if (!TryEnter(client))
        {
            connection.Abort(new ConnectionAbortedException("too many connections of one client"));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(client);
        }
    }

    private bool TryEnter(ClientNetwork client)
    {
        lock (_lock)
        {
            int open = _open.GetValueOrDefault(client);
            if (open >= most && !client.IsLoopback)
                return false;
            _open[client] = open + 1;
            return true;
        }
    }

    private void Leave(ClientNetwork client)
    {
        lock (_lock)
            if (--_open[client] == 0)
                _open.Remove(client);
    }
}
