using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Packetboat.Admin.Enrolment;
using Packetboat.Relay.Hub;

namespace Packetboat.Admin.Tests;

/// <summary>What strangers send where a request is asked for.</summary>
public sealed class EnrolmentRequestReaderTests
{
    private const string Whole =
        """{"code":"c","key":"k","terms":"t","id":"MYBBS","domain":"bbs.example","more":[1,{"a":null}]}""";

    private static readonly EnrolmentRequestReader<JoinRequest> Reader = new(
        EnrolmentJson.Default.JoinRequest,
        ask => [("code", ask.Code), ("key", ask.Key), ("terms", ask.Terms)]
    );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_one_is_read_and_what_is_not_known_is_passed_over()
    {
        JoinRequest ask = (await ReadAsync(Encoding.UTF8.GetBytes(Whole))).Ask!;

        Assert.Equal(("c", "k", "t", "MYBBS", "bbs.example"), (ask.Code, ask.Key, ask.Terms, ask.Id, ask.Domain));
    }

    [Theory]
    [InlineData("{}", "code", "it is missing")]
    [InlineData("""{"code":null,"key":null,"terms":null}""", "code", "it is missing")]
    [InlineData("""{"code":"c"}""", "key", "it is missing")]
    [InlineData("""{"code":"c","key":"","terms":"t"}""", "key", "it is missing")]
    [InlineData("""{"code":"c","key":"k","terms":null}""", "terms", "it is missing")]
    [InlineData("""{"code":7,"key":"k","terms":"t"}""", "code", "it is not a string")]
    [InlineData("""{"code":"c","key":["k"],"terms":"t"}""", "key", "it is not a string")]
    [InlineData("""{"code":"c","key":"k","terms":{"t":1}}""", "terms", "it is not a string")]
    [InlineData("""{"code":"c","key":"k","terms":"t","id":false}""", "id", "it is not a string")]
    [InlineData("""{"code":"\ud800","key":"k","terms":"t"}""", "code", "it is not a string")]
    [InlineData("", "the request", "it is not the JSON object")]
    [InlineData("null", "the request", "it is not the JSON object")]
    [InlineData("[]", "the request", "it is not the JSON object")]
    [InlineData("\"code\"", "the request", "it is not the JSON object")]
    [InlineData("""{"code":"c",""", "the request", "it is not the JSON object")]
    [InlineData("""{"\u001b[31m":[[[[[[[[[[]]]]]]]]]]}""", "the request", "it is not the JSON object")]
    public async Task What_is_wrong_is_said_with_the_member_that_is_at_fault(string json, string value, string reason)
    {
        (JoinRequest? ask, MalformedRequest? malformed) = await ReadAsync(Encoding.UTF8.GetBytes(json));

        Assert.Null(ask);
        Assert.Equal((StatusCodes.Status400BadRequest, value), (malformed!.Status, malformed.Problem.Value));
        Assert.StartsWith(reason, malformed.Problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_utf8_is_said()
    {
        byte[] octets = [.. "{\"code\":\""u8, 0xc3, 0x28, .. "\",\"key\":\"k\",\"terms\":\"t\"}"u8];

        Assert.Equal("code", (await ReadAsync(octets)).Malformed!.Problem.Value);
    }

    /// <summary>A whole request with octets of it changed, taken out and put in: each is read, or refused as the stranger's own fault.</summary>
    [Fact]
    public void No_octets_are_a_fault_of_ours() =>
        Gen.Select(Gen.Int[0, Whole.Length], Gen.Int[0, 12], Gen.Byte.Array[0, 12])
            .Sample(
                (at, without, with) =>
                {
                    byte[] whole = Encoding.UTF8.GetBytes(Whole);
                    byte[] octets = [.. whole[..at], .. with, .. whole[Math.Min(whole.Length, at + without)..]];
                    (JoinRequest? ask, MalformedRequest? malformed) = ReadAsync(octets).GetAwaiter().GetResult();
                    return ask is { Code.Length: > 0, Key.Length: > 0, Terms.Length: > 0 }
                        ? malformed is null
                        : malformed is { Status: StatusCodes.Status400BadRequest };
                },
                iter: 20_000
            );

    private static Task<(JoinRequest? Ask, MalformedRequest? Malformed)> ReadAsync(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(body);
        return Reader.ReadAsync(context, Ct);
    }
}
