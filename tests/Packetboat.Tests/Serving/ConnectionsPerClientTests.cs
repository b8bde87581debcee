using System.Net;
using Microsoft.AspNetCore.Connections;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class ConnectionsPerClientTests
{
    private readonly ConnectionsPerClient _connections = new(most: 2);
    private readonly List<TaskCompletionSource> _served = [];

    [Fact]
    public async Task One_client_has_its_number_of_connections_and_others_get_in()
    {
        Task first = Open("192.0.2.1");
        _ = Open("192.0.2.1");
        Assert.True(Open("192.0.2.1").IsCompletedSuccessfully);
        Assert.True(Open("::ffff:192.0.2.1").IsCompletedSuccessfully);
        Assert.Equal(2, _served.Count);

        _ = Open("192.0.2.2");
        Assert.Equal(3, _served.Count);

        _served[0].SetResult();
        await first;
        Assert.False(Open("192.0.2.1").IsCompleted);
        Assert.Equal(4, _served.Count);
    }

    [Fact]
    public void A_household_of_IPv6_is_one_client_and_the_machine_itself_is_not_counted()
    {
        foreach (string address in new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "127.0.0.1", "127.0.0.1", "127.0.0.1" })
            _ = Open(address);
        Assert.Equal(5, _served.Count);
    }

    private Task Open(string address) =>
        _connections.ServeAsync(
            new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4711) },
            _ =>
            {
                _served.Add(new TaskCompletionSource());
                return _served[^1].Task;
            }
        );
}
