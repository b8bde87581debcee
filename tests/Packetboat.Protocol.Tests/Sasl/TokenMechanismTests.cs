using System.Text;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Protocol.Tests.Sasl;

/// <summary>OAUTHBEARER and XOAUTH2.</summary>
public sealed class TokenMechanismTests
{
    private static readonly SaslClientOptions Options = new("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")
    {
        Server = "server.example.com",
        Port = 143,
    };

    [Fact]
    public void The_example_of_RFC_7628_4_1()
    {
        SaslClientExchange exchange = SaslMechanisms.CreateClient("OAUTHBEARER", Options)!;
        Assert.Equal(
            "n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^^",
            Said(exchange.InitialResponse()!.Value)
        );
        Assert.True(exchange.IsComplete);
    }

    [Fact]
    public void A_name_with_commas_and_equal_signs_is_written_as_a_saslname()
    {
        SaslClientExchange exchange = SaslMechanisms.CreateClient("OAUTHBEARER", new SaslClientOptions("a=b,c", "t"))!;
        Assert.Equal("n,a=a=3Db=2Cc,^auth=Bearer t^^", Said(exchange.InitialResponse()!.Value));
    }

    [Fact]
    public void The_example_of_Google()
    {
        SaslClientExchange exchange = SaslMechanisms.CreateClient("XOAUTH2", Options)!;
        Assert.Equal(
            "user=user@example.com^auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^^",
            Said(exchange.InitialResponse()!.Value)
        );
    }

    [Theory]
    [InlineData("OAUTHBEARER", "^")]
    [InlineData("XOAUTH2", "")]
    public void An_explanation_is_read_once_and_nobody_is_believed_after_it(string mechanism, string answer)
    {
        SaslClientExchange exchange = SaslMechanisms.CreateClient(mechanism, Options)!;
        exchange.InitialResponse();
        var response = Assert.IsType<SaslClientStep.Response>(exchange.Next("{\"status\":\"invalid_token\"}"u8));
        Assert.Equal(answer, Said(response.Data));
        Assert.False(exchange.IsComplete);
        Assert.IsType<SaslClientStep.Abort>(exchange.Next("{}"u8));
    }

    [Theory]
    [InlineData("PLAIN XOAUTH2 OAUTHBEARER", "OAUTHBEARER")]
    [InlineData("plain xoauth2", "XOAUTH2")]
    [InlineData("PLAIN LOGIN", null)]
    public void The_standard_comes_first(string offered, string? chosen) =>
        Assert.Equal(chosen, SaslMechanisms.ChooseForToken(offered.Split(' ')));

    private static string Said(ReadOnlyMemory<byte> message) => Encoding.ASCII.GetString(message.Span).Replace('\u0001', '^');
}
