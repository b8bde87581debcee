using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>RFC 8252: a browser on whatever machine, and the address that it ends at.</summary>
public sealed class BrowserSignInTests : IAsyncDisposable
{
    private const int Patience = 30_000;

    private readonly LoopIssuer _issuer = new();
    private readonly AuthorizationServer _server = new(TimeProvider.System, LoopIssuer.Trust());
    private readonly FakePerson _person = new();

    public BrowserSignInTests() =>
        _issuer.Answer = (_, _) => (200, """{"access_token":"a","refresh_token":"r","refresh_token_expires_in":3600}""");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task The_code_is_shown_with_the_secret_that_the_browser_never_saw()
    {
        TokenReply reply = (
            await RunAsync(() => $"{BrowserSignIn.Return}?state={_person.Fields["state"]}&code=4%2F0Ab_c&scope=mail ")
        ).Value!;

        Assert.Equal("r", reply.RefreshToken.RevealValue());
        Assert.StartsWith("https://localhost:", _person.Opened!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(
            ("code", "us", "smtp", "S256"),
            (
                _person.Fields["response_type"],
                _person.Fields["client_id"],
                _person.Fields["scope"],
                _person.Fields["code_challenge_method"]
            )
        );
        IReadOnlyDictionary<string, string> asked = Assert.Single(_issuer.Asked);
        Assert.Equal(
            ("authorization_code", "4/0Ab_c", BrowserSignIn.Return),
            (asked["grant_type"], asked["code"], asked["redirect_uri"])
        );
        Assert.Equal(
            _person.Fields["code_challenge"],
            Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(asked["code_verifier"])))
        );
        Assert.DoesNotContain(asked["code_verifier"], _person.Opened.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("", "no address was given")]
    [InlineData("4/0Ab_c", "that is no address; copy all of what the browser shows, from http:// on")]
    [InlineData("http://127.0.0.1:8642/?state=STATE&error=access_denied%1b", "access_denied?")]
    [InlineData("http://127.0.0.1:8642/?state=other&code=c", "it belongs to another sign-in than this one")]
    [InlineData("http://127.0.0.1:8642/?code=c", "it belongs to another sign-in than this one")]
    [InlineData("http://127.0.0.1:8642/?state=STATE", "the address has no code in it")]
    public async Task What_is_not_the_answer_to_this_sign_in_is_not_shown_to_anybody(string line, string reason)
    {
        Result<TokenReply> reply = await RunAsync(() => line.Replace("STATE", _person.Fields["state"], StringComparison.Ordinal));

        Assert.Equal(reason, reply.Refusal!.Reason);
        Assert.Empty(_issuer.Asked);
    }

    [Theory(Timeout = Patience)]
    [InlineData(400, """{"error":"invalid_grant"}""", "invalid_grant")]
    [InlineData(200, """{"access_token":"a"}""", "the answer has no refresh_token; does Scope ask for one (offline_access)?")]
    public async Task What_the_provider_says_is_said(int status, string json, string reason)
    {
        _issuer.Answer = (_, _) => (status, json);

        Assert.Equal(
            reason,
            (await RunAsync(() => $"{BrowserSignIn.Return}?state={_person.Fields["state"]}&code=c")).Refusal!.Reason
        );
    }

    private Task<Result<TokenReply>> RunAsync(Func<string> bring)
    {
        _person.Bring = bring;
        return new BrowserSignIn(_server).RunAsync(_issuer.Token(), _person, Ct);
    }
}
