using System.Net;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Tests.Delivery;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

public sealed class CallerTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly ScriptedServer _server = new() { Certificate = TestCertificates.Server, Extensions = ["OK"] };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_hears_the_greeting_of_a_server_that_begins_with_TLS_too(bool implicitTls)
    {
        _server.ImplicitTls = implicitTls;
        Talk talk = await CallAsync(implicitTls);

        Assert.Equal(("", true), (talk.Failure, talk.IsConnected));
        Assert.Equal("mx ESMTP", talk.Greeting?.Text);
        Assert.True(talk.Hello is { IsPositive: true });
        Assert.DoesNotContain("AUTH", _server.InClear + _server.UnderTls, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_server_that_does_not_speak_TLS_there_is_no_conversation()
    {
        Talk talk = await CallAsync(implicitTls: true);

        Assert.StartsWith("no TLS: ", talk.Failure, StringComparison.Ordinal);
        Assert.Null(talk.Greeting);
    }

    private Task<Talk> CallAsync(bool implicitTls)
    {
        var dialer = new Dialer(() => new DialSettings(TimeSpan.FromSeconds(20), null, null), TimeProvider.System);
        return new Caller(dialer, () => "node.example", TimeProvider.System).CallAsync(
            "localhost",
            new IPEndPoint(IPAddress.Loopback, _server.Port),
            TestContext.Current.CancellationToken,
            implicitTls
        );
    }
}
