using System.Text;
using Packetboat.Protocol.Sasl;
using static Packetboat.Protocol.Tests.Sasl.SaslConversation;

namespace Packetboat.Protocol.Tests.Sasl;

public sealed class ScramTests
{
    // RFC 7677 §3
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string ClientFirst = "n,,n=user,r=" + ClientNonce;
    private const string ServerFirst = "r=" + ClientNonce + ServerNonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string WithoutProof = "c=biws,r=" + ClientNonce + ServerNonce;
    private const string ClientFinal = WithoutProof + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static readonly byte[] Salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");

    [Fact]
    public async Task The_server_plays_the_example_of_RFC_7677()
    {
        ScramServerExchange server = RfcServer();

        Assert.Equal(ServerFirst, TextOf(await SayAsync(server, ClientFirst)));
        Assert.Equal(ServerFinal, TextOf(await server.NextAsync(Encoding.ASCII.GetBytes(ClientFinal), CancellationToken.None)));
        SaslStep last = await server.NextAsync(default, CancellationToken.None);
        Assert.Equal("user", Assert.IsType<SaslStep.Success>(last).Identity.Account);
    }

    [Fact]
    public void The_client_plays_the_example_of_RFC_7677()
    {
        ScramClientExchange client = RfcClient();

        Assert.Equal(ClientFirst, Encoding.UTF8.GetString(client.InitialResponse()!.Value.Span));
        Assert.Equal(ClientFinal, TextOf(client.Next(Encoding.ASCII.GetBytes(ServerFirst))));
        Assert.False(client.IsComplete);
        Assert.Equal("", TextOf(client.Next(Encoding.ASCII.GetBytes(ServerFinal))));
        Assert.True(client.IsComplete);
    }

    [Theory]
    [InlineData("")]
    [InlineData("n")]
    [InlineData("n,,")]
    [InlineData("n,,n=user")]
    [InlineData("n,,n=,r=abc")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,r=abc,n=user")]
    [InlineData("n,n=user,r=abc")]
    [InlineData("x,,n=user,r=abc")]
    [InlineData("nn,,n=user,r=abc")]
    [InlineData(",,n=user,r=abc")]
    [InlineData("n,user,n=user,r=abc")]
    [InlineData("n,a=,n=user,r=abc")]
    [InlineData("n,,n=us=er,r=abc")] // an escape that is none, RFC 5802 §5.1
    [InlineData("n,,n=user=2,r=abc")]
    [InlineData("n,,n=us\u0001er,r=abc")]
    [InlineData("n,,n=user,r=a b")]
    [InlineData("n,,n=\u00FF,r=abc")] // not UTF-8
    [InlineData("n,,m=ext,n=user,r=abc")] // a mandatory extension, RFC 5802 §5.1
    [InlineData("p=tls-server-end-point,,n=user,r=abc")] // a binding without -PLUS
    public async Task A_malformed_first_message_is_a_bad_argument(string message) =>
        FailsWith(SaslFailureKind.BadArgument, await SayAsync(RfcServer(), message));

    [Theory]
    [InlineData("")]
    [InlineData("p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData(WithoutProof)]
    [InlineData(WithoutProof + ",p=")]
    [InlineData(WithoutProof + ",p=!!!!")]
    [InlineData(WithoutProof + ",p=AAAA")]
    [InlineData(ClientFinal + ",x=1")] // the proof comes last
    [InlineData("c=biws,r=" + ClientNonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")] // the nonce is half
    [InlineData("c=biws,r=somebodyelse,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("r=" + ClientNonce + ServerNonce + ",c=biws,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    public async Task A_malformed_final_message_is_a_bad_argument(string message) =>
        FailsWith(SaslFailureKind.BadArgument, await SayAsync(RfcServer(), ClientFirst, message));

    [Fact]
    public async Task A_proof_with_one_bit_changed_is_refused() =>
        FailsWith(
            SaslFailureKind.BadCredentials,
            await SayAsync(RfcServer(), ClientFirst, WithoutProof + ",p=dXzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        );

    [Fact]
    public async Task Nothing_but_silence_may_follow_the_servers_signature() =>
        FailsWith(SaslFailureKind.BadArgument, await SayAsync(RfcServer(), ClientFirst, ClientFinal, "x"));

    [Theory]
    [InlineData("")]
    [InlineData("e=other-error")]
    [InlineData("r=" + ClientNonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")] // the server added nothing
    [InlineData("r=other" + ServerNonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")] // another exchange's answer
    [InlineData("r=" + ClientNonce + "x,s=,i=4096")]
    [InlineData("r=" + ClientNonce + "x,s=!,i=4096")]
    [InlineData("r=" + ClientNonce + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095")] // too cheap to guess, RFC 7677 §4
    [InlineData("r=" + ClientNonce + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")] // hours of work
    [InlineData("r=" + ClientNonce + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData("m=ext,r=" + ClientNonce + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    public void The_client_gives_no_proof_to_a_server_that_answers_wrongly(string serverFirst)
    {
        ScramClientExchange client = RfcClient();
        client.InitialResponse();

        Assert.IsType<SaslClientStep.Abort>(client.Next(Encoding.ASCII.GetBytes(serverFirst)));
    }

    [Theory]
    [InlineData("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("v=")]
    [InlineData("")]
    [InlineData("e=invalid-proof")]
    public void A_server_that_does_not_know_the_verifier_is_not_believed(string serverFinal)
    {
        ScramClientExchange client = RfcClient();
        client.InitialResponse();
        client.Next(Encoding.ASCII.GetBytes(ServerFirst));

        Assert.IsType<SaslClientStep.Abort>(client.Next(Encoding.ASCII.GetBytes(serverFinal)));
        Assert.False(client.IsComplete);
    }

    [Fact]
    public async Task A_client_on_another_TLS_connection_is_refused()
    {
        var inTheMiddle = new ChannelBinding(ChannelBinding.TlsServerEndPoint, [9, 9, 9, 9]);
        SaslClientExchange client = Client(SaslMechanisms.ScramSha256Plus, [inTheMiddle], offersPlus: true);

        FailsWith(SaslFailureKind.BadCredentials, await RunAsync(client, Server(SaslMechanisms.ScramSha256Plus, Accounts())));
    }

    [Fact]
    public async Task A_client_that_was_shown_a_list_without_PLUS_finds_out()
    {
        SaslClientExchange client = Client(SaslMechanisms.ScramSha256, [EndPoint], offersPlus: false);

        FailsWith(SaslFailureKind.BadCredentials, await RunAsync(client, Server(SaslMechanisms.ScramSha256, Accounts())));
    }

    [Fact]
    public async Task The_same_client_signs_in_where_there_is_nothing_to_bind_to()
    {
        SaslClientExchange client = Client(SaslMechanisms.ScramSha256, [EndPoint], offersPlus: false);
        SaslServerExchange server = Server(SaslMechanisms.ScramSha256, Accounts(), OverTls with { ChannelBindings = [] });

        Assert.IsType<SaslStep.Success>(await RunAsync(client, server));
    }

    [Fact]
    public async Task Either_kind_of_binding_will_do()
    {
        var exporter = new ChannelBinding(ChannelBinding.TlsExporter, [5, 6, 7]);
        SaslServerOptions both = OverTls with { ChannelBindings = [exporter, EndPoint] };

        foreach (ChannelBinding binding in both.ChannelBindings)
        {
            SaslClientExchange client = Client(SaslMechanisms.ScramSha256Plus, [binding], offersPlus: true);
            Assert.IsType<SaslStep.Success>(await RunAsync(client, Server(SaslMechanisms.ScramSha256Plus, Accounts(), both)));
        }
    }

    [Theory]
    [InlineData("n,,n=user,r=abc")]
    [InlineData("y,,n=user,r=abc")]
    [InlineData("p=tls-unique,,n=user,r=abc")]
    public async Task PLUS_wants_a_binding_that_the_server_has(string message) =>
        FailsWith(SaslFailureKind.BadArgument, await SayAsync(Server(SaslMechanisms.ScramSha256Plus, Accounts()), message));

    private static MemorySaslAccounts Accounts() => new("user", "pencil", Salt);

    private static ScramServerExchange RfcServer() => new(Accounts(), plus: false, [], ServerNonce);

    private static ScramClientExchange RfcClient() => new(new SaslClientOptions("user", "pencil"), plus: false, ClientNonce);

    private static SaslClientExchange Client(string mechanism, ChannelBinding[] bindings, bool offersPlus) =>
        SaslMechanisms.CreateClient(
            mechanism,
            new SaslClientOptions("user", "pencil") { ChannelBindings = bindings, ServerOffersPlus = offersPlus }
        )!;
}
