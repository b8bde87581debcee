using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>The sections <c>[Token:NAME]</c> of <c>packetboat.ini</c>, and the routes that use them.</summary>
public sealed class TokenReaderTests
{
    private const string Given = "[Token:office]\nProvider=google\nClientId=us\n";
    private const string Route = "[Route:all]\nAction=relay\nRelay=smtp.example:587\nUsername=me@far.example\nToken=OFFICE\n";

    [Fact]
    public void A_provider_says_where_a_token_comes_from()
    {
        ConfigurationResult read = Read("[Token:Office]\nProvider=microsoft\nTenant=far.example\nClientId=us\n" + Route);
        Assert.Empty(read.Problems);
        TokenSettings token = Assert.Single(read.Settings!.Tokens);
        Assert.Equal(("office", TokenGrant.Refresh, "us"), (token.Name, token.Grant, token.ClientId));
        Assert.Equal("https://login.microsoftonline.com/far.example/oauth2/v2.0/token", token.TokenEndpoint.AbsoluteUri);
        Assert.Equal("https://login.microsoftonline.com/far.example/oauth2/v2.0/devicecode", token.DeviceEndpoint!.AbsoluteUri);
        Assert.Equal("https://outlook.office.com/SMTP.Send offline_access", token.Scope);
        RelaySettings relay = read.Settings.Routes[0].Relay!;
        Assert.Equal((RelayMechanism.Token, "me@far.example", token), (relay.Mechanism, relay.Username, relay.Token));
    }

    [Fact]
    public void What_is_written_counts_before_what_the_provider_says()
    {
        ConfigurationResult read = Read(
            "[Token:a]\nProvider=microsoft\nGrant=client-credentials\nClientId=us\nClientSecret=sesame\nScope=mail\nTokenEndpoint=https://own.example/t\n"
        );
        TokenSettings token = Assert.Single(read.Settings!.Tokens);
        Assert.Equal(("mail", "https://own.example/t"), (token.Scope, token.TokenEndpoint.AbsoluteUri));
        Assert.DoesNotContain("sesame", token.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Google_is_asked_for_a_code_and_then_for_a_browser()
    {
        TokenSettings token = Assert.Single(Read("[Token:g]\nProvider=google\nClientId=us\n").Settings!.Tokens);
        Assert.Equal("https://oauth2.googleapis.com/device/code", token.DeviceEndpoint!.AbsoluteUri);
        Assert.Equal("https://accounts.google.com/o/oauth2/v2/auth", token.AuthorizeEndpoint!.AbsoluteUri);
        Assert.Equal("https://mail.google.com/", token.Scope);
    }

    [Theory]
    [InlineData("[Token:a]\nClientId=us\n", "nothing says where the token comes from")]
    [InlineData("[Token:a]\nProvider=google\n", "a token is given to somebody who is registered")]
    [InlineData("[Token:a]\nClientId=us\nTokenEndpoint=http://far.example/\n", "no https:// address, and secrets go there")]
    [InlineData(
        "[Token:a]\nProvider=microsoft\nClientId=us\nGrant=client-credentials\n",
        "client credentials are a name and a secret"
    )]
    [InlineData("[Token:a b]\nProvider=google\nClientId=us\n", "the name of a token has letters")]
    [InlineData("[Token:a]\nProvider=google\nClientId=us\nColour=red\n", "no such key")]
    [InlineData(Route, "there is no section [Token:OFFICE]")]
    [InlineData(Given + Route + "Tls=any\n", "who gets a token can use it")]
    [InlineData(Given + Route + "Auth=plain\n", "a token has mechanisms of its own")]
    [InlineData("[Token:a]\nProvider=google\nClientId=us\n[Route:x]\nAction=relay\nRelay=r.example\nToken=a\n", "whose mailbox")]
    [InlineData(
        "[Token:a]\nProvider=google\nClientId=us\n[Route:x]\nAction=relay\nRelay=r.example\nUsername=me\nPassword=x\nToken=a\n",
        "the token is shown instead"
    )]
    [InlineData(
        "[Token:a]\nProvider=google\nClientId=us\n[Route:x]\nAction=direct\nToken=a\n",
        "only Action=relay and Action=auto have a relay"
    )]
    public void A_mistake_is_named(string ini, string reason) =>
        Assert.Contains(
            Read(ini).Problems,
            problem =>
                problem.Reason.StartsWith(reason, StringComparison.Ordinal)
                || problem.Reason.Contains(reason, StringComparison.Ordinal)
        );

    private static ConfigurationResult Read(string ini) => ConfigurationFolder.ReadFile("[Mail]\n", ini);
}
