using System.Text;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Protocol.Tests.Sasl;

/// <summary>Both ends, with nothing in between.</summary>
internal static class SaslConversation
{
    public static readonly ChannelBinding EndPoint = new(ChannelBinding.TlsServerEndPoint, [1, 2, 3, 4]);

    public static readonly SaslServerOptions OverTls = new("hub.example", TlsUp: true, [EndPoint], HasReversibleSecrets: true);

    /// <summary>Until the server is done or the client gives up, which is null.</summary>
    public static async Task<SaslStep?> RunAsync(SaslClientExchange client, SaslServerExchange server)
    {
        SaslStep step = await server.StartAsync(client.InitialResponse(), CancellationToken.None);
        while (step is SaslStep.Challenge challenge)
        {
            if (client.Next(challenge.Data.Span) is not SaslClientStep.Response response)
                return null;
            step = await server.NextAsync(response.Data, CancellationToken.None);
        }

        return step;
    }

    /// <summary>The responses in turn, the first with the AUTH command.</summary>
    public static async Task<SaslStep> SayAsync(SaslServerExchange server, params string[] responses)
    {
        SaslStep step = await server.StartAsync(Encoding.Latin1.GetBytes(responses[0]), CancellationToken.None);
        foreach (string response in responses.Skip(1))
            step = await server.NextAsync(Encoding.Latin1.GetBytes(response), CancellationToken.None);
        return step;
    }

    public static string TextOf(SaslStep step) => Encoding.UTF8.GetString(Assert.IsType<SaslStep.Challenge>(step).Data.Span);

    public static string TextOf(SaslClientStep step) =>
        Encoding.UTF8.GetString(Assert.IsType<SaslClientStep.Response>(step).Data.Span);

    public static void FailsWith(SaslFailureKind kind, SaslStep? step) =>
        Assert.Equal(kind, Assert.IsType<SaslStep.Failure>(step).Kind);

    public static SaslServerExchange Server(string mechanism, ISaslAccounts accounts, SaslServerOptions? options = null) =>
        SaslMechanisms.CreateServer(mechanism, accounts, options ?? OverTls)!;
}
