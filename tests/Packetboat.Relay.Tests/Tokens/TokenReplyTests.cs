using System.Text;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>What an authorization server says is a stranger's word.</summary>
public sealed class TokenReplyTests
{
    [Theory]
    [InlineData("{\"access_token\":\"a\",\"expires_in\":60}", 60)]
    [InlineData("{\"access_token\":\"a\",\"expires_in\":\"60\"}", 60)]
    [InlineData("{\"access_token\":\"a\"}", 3600)]
    [InlineData("{\"access_token\":\"a\",\"expires_in\":-5}", 3600)]
    [InlineData("{\"access_token\":\"a\",\"expires_in\":1e300}", 315360000)]
    public void How_long_it_lives(string json, int seconds)
    {
        TokenReply reply = Read(200, json);
        Assert.Equal(("", "a", seconds), (reply.Error, reply.AccessToken.RevealValue(), (int)reply.Life.TotalSeconds));
    }

    [Theory]
    [InlineData(400, "{\"error\":\"invalid_grant\"}", true)]
    [InlineData(401, "{\"error\":\"invalid_client\"}", true)]
    [InlineData(400, "{\"error\":\"temporarily_unavailable\"}", false)]
    [InlineData(429, "{\"error\":\"rate_limited\"}", false)]
    [InlineData(500, "{\"error\":\"invalid_grant\"}", false)]
    [InlineData(400, "{\"error\":7}", true)]
    [InlineData(400, "no json", true)]
    [InlineData(302, "", true)]
    [InlineData(403, """{"error":"access_denied"}""", true)]
    [InlineData(404, "<html>", true)]
    [InlineData(408, "", false)]
    [InlineData(429, """{"error":"invalid_grant"}""", false)]
    [InlineData(200, """{"access_token":"a","token_type":"mac"}""", true)]
    [InlineData(200, """{"access_token":"a\r\nb"}""", true)]
    [InlineData(200, "\"a\"", false)]
    [InlineData(200, "", false)]
    public void Which_refusal_is_final(int status, string json, bool isFinal)
    {
        TokenReply reply = Read(status, json);
        Assert.NotEmpty(reply.Error);
        Assert.Equal(isFinal, reply.IsFinal);
    }

    [Fact]
    public void Words_are_printable_and_of_one_line()
    {
        TokenReply reply = Read(400, "{\"error\":\"x\\u001b[2J\",\"error_description\":\"a\\nb\\r\\u0007\"}");
        Assert.DoesNotContain(reply.Error + reply.Fault, char.IsControl);
    }

    [Fact]
    public void No_token_is_printed()
    {
        TokenReply reply = Read(200, "{\"access_token\":\"sesame1\",\"refresh_token\":\"sesame2\",\"device_code\":\"sesame3\"}");
        Assert.DoesNotContain("sesame", reply.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1b5b324aff")]
    [InlineData("5c7564383030")] // \ud800
    public void Text_that_is_no_text_is_no_answer_and_no_fault_of_ours(string octets)
    {
        byte[] body = [.. "{\"error\":\""u8, .. Convert.FromHexString(octets), .. "\"}"u8];
        Assert.Equal("the answer (400) is no JSON", TokenReply.Read(400, body).Fault);
    }

    private static TokenReply Read(int status, string json) => TokenReply.Read(status, Encoding.UTF8.GetBytes(json));
}
