using Packetboat.Protocol.Sasl;
using static Packetboat.Protocol.Tests.Sasl.SaslConversation;

namespace Packetboat.Protocol.Tests.Sasl;

public sealed class SaslMechanismsTests
{
    private static readonly MemorySaslAccounts Accounts = new("MYBBS", "RelayPw1");

    [Theory]
    [InlineData(true, true, true, false, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN CRAM-MD5")]
    [InlineData(true, false, false, false, "SCRAM-SHA-256 PLAIN LOGIN")]
    [InlineData(false, false, true, false, "SCRAM-SHA-256 CRAM-MD5")]
    [InlineData(false, true, false, false, "SCRAM-SHA-256")] // a binding without TLS is a mistake, and is not believed
    [InlineData(false, false, false, true, "SCRAM-SHA-256 PLAIN LOGIN")]
    public void The_list_follows_the_connection(bool tls, bool binding, bool reversible, bool plainInClear, string expected)
    {
        var options = new SaslServerOptions("hub.example", tls, binding ? [EndPoint] : [], reversible, plainInClear);

        Assert.Equal(expected, string.Join(' ', SaslMechanisms.Offered(options)));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("MYBBS", true)]
    [InlineData("OTHER", false)]
    [InlineData("MY\0BBS", null)]
    public async Task A_key_signs_in_its_own_account_named_or_not(string name, bool? succeeds)
    {
        var options = new SaslServerOptions("hub.example", TlsUp: true, [], false, ClientKey: MemorySaslAccounts.Key);
        Assert.Equal("EXTERNAL SCRAM-SHA-256 PLAIN LOGIN", string.Join(' ', SaslMechanisms.Offered(options)));
        SaslServerExchange exchange = SaslMechanisms.CreateServer("external", Accounts, options)!;

        SaslStep step = await exchange.StartAsync(
            System.Text.Encoding.UTF8.GetBytes(name),
            TestContext.Current.CancellationToken
        );

        if (succeeds == true)
            Assert.Equal("MYBBS", Assert.IsType<SaslStep.Success>(step).Identity.Account);
        else
            Assert.Equal(
                succeeds is null ? SaslFailureKind.BadArgument : SaslFailureKind.BadCredentials,
                Assert.IsType<SaslStep.Failure>(step).Kind
            );
    }

    [Theory]
    [InlineData("")]
    [InlineData("MYBBS")]
    public async Task Both_ends_of_EXTERNAL_understand_each_other(string name)
    {
        var options = new SaslServerOptions("hub.example", TlsUp: true, [], false, ClientKey: MemorySaslAccounts.Key);
        SaslClientExchange client = SaslMechanisms.CreateClient("external", new SaslClientOptions(name, ""))!;

        SaslStep? last = await RunAsync(client, SaslMechanisms.CreateServer("EXTERNAL", Accounts, options)!);

        Assert.Equal("MYBBS", Assert.IsType<SaslStep.Success>(last).Identity.Account);
        Assert.True(client.IsComplete);
        Assert.IsType<SaslClientStep.Abort>(client.Next(default));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("Scram-Sha-256-Plus")]
    [InlineData("cram-md5")]
    public void A_mechanism_is_known_in_any_case_of_letters(string name) =>
        Assert.Equal(name.ToUpperInvariant(), Server(name, Accounts).Mechanism);

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    [InlineData("SCRAM-SHA-256-PLUS")]
    [InlineData("GSSAPI")]
    [InlineData("")]
    public void What_is_not_offered_cannot_be_used(string name)
    {
        var inClear = new SaslServerOptions("hub.example", TlsUp: false, [], HasReversibleSecrets: false);

        Assert.Null(SaslMechanisms.CreateServer(name, Accounts, inClear));
    }

    [Theory]
    [InlineData("PLAIN LOGIN CRAM-MD5", true, true, "PLAIN")] // Synchronet over TLS
    [InlineData("PLAIN LOGIN CRAM-MD5", false, false, "CRAM-MD5")] // Synchronet in the clear
    [InlineData("PLAIN LOGIN", false, false, null)] // no password in the clear
    [InlineData("login", true, false, "LOGIN")]
    [InlineData("PLAIN scram-sha-256 SCRAM-SHA-256-PLUS", true, true, "SCRAM-SHA-256-PLUS")]
    [InlineData("PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", true, false, "SCRAM-SHA-256")]
    [InlineData("GSSAPI XOAUTH2", true, true, null)]
    public void The_client_chooses_what_tells_the_server_least(string offered, bool tls, bool canBind, string? expected) =>
        Assert.Equal(expected, SaslMechanisms.ChooseStrongest(offered.Split(' '), tls, canBind));

    [Fact]
    public void The_client_has_no_PLUS_without_a_binding() =>
        Assert.Null(SaslMechanisms.CreateClient("SCRAM-SHA-256-PLUS", new SaslClientOptions("MYBBS", "RelayPw1")));
}
