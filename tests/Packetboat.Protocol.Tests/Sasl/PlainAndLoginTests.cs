using System.Text;
using Packetboat.Protocol.Sasl;
using static Packetboat.Protocol.Tests.Sasl.SaslConversation;

namespace Packetboat.Protocol.Tests.Sasl;

public sealed class PlainAndLoginTests
{
    [Theory]
    [InlineData("\0tim\0tanstaaftanstaaf", "tim", "tanstaaftanstaaf")] // RFC 4616 §4, first example
    [InlineData("Ursel\0Kurt\0xipj3plmq", "Kurt", "xipj3plmq")] // RFC 4616 §4: the authorization identity is ignored
    [InlineData("MYBBS\0MYBBS\0RelayPw1", "MYBBS", "RelayPw1")] // Synchronet's SendMail
    public async Task Plain_signs_in_whatever_its_authorization_identity(string message, string name, string password)
    {
        SaslStep step = await SayAsync(Server("PLAIN", new MemorySaslAccounts(name, password)), message);

        Assert.Equal(name, Assert.IsType<SaslStep.Success>(step).Identity.Account);
    }

    [Theory]
    [InlineData("AE1ZQkJTAE5vZGVQdzc3", "MYBBS", "NodePw77")]
    [InlineData("TVlCQlMATVlCQlMAUmVsYXlQdzE=", "MYBBS", "RelayPw1")]
    [InlineData("U3lzb3AgU2FtAG15YmJzAG5vZGVwdzc3", "mybbs", "nodepw77")]
    [InlineData("AG15YmJzQGh1Yi5leGFtcGxlAG5vZGVwdzc3", "mybbs@hub.example", "nodepw77")]
    [InlineData("AE0tWV9CLkIgUwBub2RlcHc3Nw==", "M-Y_B.B S", "nodepw77")]
    public async Task Plain_understands_what_was_seen_on_the_wire(string base64, string name, string password)
    {
        SaslServerExchange server = Server("PLAIN", new MemorySaslAccounts(name, password));

        SaslStep step = await server.StartAsync(Convert.FromBase64String(base64), CancellationToken.None);

        Assert.IsType<SaslStep.Success>(step);
        Assert.Equal(name, server.ClaimedName);
    }

    [Fact]
    public async Task Plain_without_initial_response_is_asked_with_an_empty_challenge()
    {
        SaslServerExchange server = Server("PLAIN", new MemorySaslAccounts("MYBBS", "NodePw77"));

        SaslStep asked = await server.StartAsync(null, CancellationToken.None);
        SaslStep step = await server.NextAsync("\0MYBBS\0NodePw77"u8.ToArray(), CancellationToken.None);

        Assert.Equal("", TextOf(asked));
        Assert.IsType<SaslStep.Success>(step);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0\0")]
    [InlineData("MYBBS")]
    [InlineData("MYBBS\0NodePw77")]
    [InlineData("\0MYBBS\0")] // no password
    [InlineData("\0\0NodePw77")] // no name
    [InlineData("\0MYBBS\0NodePw77\0")]
    [InlineData("\0MY\nBBS\0NodePw77")]
    [InlineData("\0MYBBS\0Node\u007FPw77")]
    [InlineData("\u0001\0MYBBS\0NodePw77")]
    [InlineData("\0MYBBS\0\u00FF")] // not UTF-8
    public async Task Plain_that_is_malformed_is_a_bad_argument(string message) =>
        FailsWith(
            SaslFailureKind.BadArgument,
            await SayAsync(Server("PLAIN", new MemorySaslAccounts("MYBBS", "NodePw77")), message)
        );

    [Fact]
    public async Task Names_and_passwords_of_255_octets_are_taken_and_longer_ones_refused_rather_than_cut()
    {
        string longest = new('x', 255);
        var accounts = new MemorySaslAccounts(longest, longest);

        Assert.IsType<SaslStep.Success>(await SayAsync(Server("PLAIN", accounts), $"{longest}\0{longest}\0{longest}"));
        FailsWith(SaslFailureKind.BadArgument, await SayAsync(Server("PLAIN", accounts), $"\0{longest}\0{longest}x"));
        FailsWith(SaslFailureKind.BadArgument, await SayAsync(Server("LOGIN", accounts), longest, longest + "x"));
    }

    [Fact]
    public async Task Login_prompts_as_Synchronet_does()
    {
        SaslServerExchange server = Server("LOGIN", new MemorySaslAccounts("MYBBS", "RelayPw1"));

        SaslStep name = await server.StartAsync(null, CancellationToken.None);
        SaslStep password = await server.NextAsync(Convert.FromBase64String("TVlCQlM="), CancellationToken.None);
        SaslStep last = await server.NextAsync(Convert.FromBase64String("UmVsYXlQdzE="), CancellationToken.None);

        Assert.Equal("VXNlcm5hbWU6", Convert.ToBase64String(Assert.IsType<SaslStep.Challenge>(name).Data.Span));
        Assert.Equal("UGFzc3dvcmQ6", Convert.ToBase64String(Assert.IsType<SaslStep.Challenge>(password).Data.Span));
        Assert.IsType<SaslStep.Success>(last);
    }

    [Fact]
    public async Task Login_takes_the_name_with_the_command() =>
        Assert.IsType<SaslStep.Success>(
            await SayAsync(Server("LOGIN", new MemorySaslAccounts("MYBBS", "RelayPw1")), "MYBBS", "RelayPw1")
        );

    [Theory]
    [InlineData("")]
    [InlineData("MYBBS", "")]
    [InlineData("MY\0BBS")]
    [InlineData("MYBBS", "Relay\rPw1")]
    [InlineData("\u00FF")]
    public async Task Login_that_is_malformed_is_a_bad_argument(params string[] responses) =>
        FailsWith(
            SaslFailureKind.BadArgument,
            await SayAsync(Server("LOGIN", new MemorySaslAccounts("MYBBS", "RelayPw1")), responses)
        );

    [Fact]
    public void Our_plain_has_no_authorization_identity_and_comes_with_the_command()
    {
        SaslClientExchange client = SaslMechanisms.CreateClient("plain", new SaslClientOptions("MYBBS", "RelayPw1"))!;

        Assert.Equal("\0MYBBS\0RelayPw1", Encoding.UTF8.GetString(client.InitialResponse()!.Value.Span));
        Assert.True(client.IsComplete);
        Assert.IsType<SaslClientStep.Abort>(client.Next(""u8));
    }

    [Fact]
    public void Our_plain_waits_for_a_challenge_where_it_must()
    {
        SaslClientExchange client = SaslMechanisms.CreateClient(
            "PLAIN",
            new SaslClientOptions("MYBBS", "RelayPw1") { AuthorizationId = "MYBBS" }
        )!;

        Assert.False(client.IsComplete);
        Assert.Equal("MYBBS\0MYBBS\0RelayPw1", TextOf(client.Next(""u8)));
        Assert.True(client.IsComplete);
    }

    [Fact]
    public void Our_login_sends_nothing_with_the_command_because_Synchronet_refuses_it()
    {
        SaslClientExchange client = SaslMechanisms.CreateClient("LOGIN", new SaslClientOptions("MYBBS", "RelayPw1"))!;

        Assert.Null(client.InitialResponse());
        Assert.Equal("MYBBS", TextOf(client.Next("anything"u8)));
        Assert.False(client.IsComplete);
        Assert.Equal("RelayPw1", TextOf(client.Next(""u8)));
        Assert.True(client.IsComplete);
        Assert.IsType<SaslClientStep.Abort>(client.Next("One more:"u8));
    }
}
