using System.Text;
using Packetboat.Protocol.Sasl;
using static Packetboat.Protocol.Tests.Sasl.SaslConversation;

namespace Packetboat.Protocol.Tests.Sasl;

public sealed class CramMd5Tests
{
    private const string RfcChallenge = "<1896.697170952@postoffice.reston.mci.net>";
    private const string RfcDigest = "b913a602c7eda7a495b4e6e7334d3890";

    [Theory]
    [InlineData(RfcChallenge, "tim", "tanstaaftanstaaf", "tim " + RfcDigest)] // RFC 2195 §2
    [InlineData("<1.2@relay.example>", "MYBBS", "RelayPw1", "MYBBS 7bfb38e40b73f94d417996201760ea62")] // Synchronet as client
    [InlineData("<dd897c86b03024b9848@mail.hub.example>", "MYBBS", "nodepw77", "MYBBS 3cc3a53ea2c275c19fb0bcf5db283b96")] // as server
    public async Task Known_exchanges_come_out_the_same_at_both_ends(
        string challenge,
        string name,
        string password,
        string response
    )
    {
        SaslClientExchange client = SaslMechanisms.CreateClient("CRAM-MD5", new SaslClientOptions(name, password))!;
        Assert.Null(client.InitialResponse());
        Assert.Equal(response, TextOf(client.Next(Encoding.UTF8.GetBytes(challenge))));

        SaslStep step = await AnswerAsync(challenge, new MemorySaslAccounts(name, password), response);
        Assert.Equal(name, Assert.IsType<SaslStep.Success>(step).Identity.Account);
    }

    [Fact]
    public async Task The_name_may_hold_blanks_and_the_digest_capitals()
    {
        SaslClientExchange client = SaslMechanisms.CreateClient("CRAM-MD5", new SaslClientOptions("Digital Man", "secret12"))!;
        string digest = TextOf(client.Next(Encoding.UTF8.GetBytes(RfcChallenge))).Split(' ')[^1];

        SaslStep step = await AnswerAsync(
            RfcChallenge,
            new MemorySaslAccounts("Digital Man", "secret12"),
            $"Digital Man {digest.ToUpperInvariant()}"
        );

        Assert.IsType<SaslStep.Success>(step);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tim")]
    [InlineData("tim ")]
    [InlineData(" " + RfcDigest)]
    [InlineData("tim" + RfcDigest)]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d389")] // a digit short
    [InlineData("tim b913a602c7eda7a495b4e6e7334d38900")]
    [InlineData("tim x913a602c7eda7a495b4e6e7334d3890")]
    [InlineData("tim " + RfcDigest + " ")]
    [InlineData("t\tim " + RfcDigest)]
    public async Task A_malformed_response_is_a_bad_argument(string response) =>
        FailsWith(
            SaslFailureKind.BadArgument,
            await AnswerAsync(RfcChallenge, new MemorySaslAccounts("tim", "tanstaaftanstaaf"), response)
        );

    [Fact]
    public async Task An_initial_response_is_refused_because_the_server_speaks_first() =>
        FailsWith(
            SaslFailureKind.BadArgument,
            await SayAsync(Server("CRAM-MD5", new MemorySaslAccounts("tim", "tanstaaftanstaaf")), "tim " + RfcDigest)
        );

    /// <summary>The time must not tell which names exist.</summary>
    [Theory]
    [InlineData("tim")]
    [InlineData("nobody")]
    public async Task A_name_that_nobody_has_costs_as_many_digests_as_one_that_somebody_has(string name)
    {
        var exchange = new CramMd5ServerExchange(new MemorySaslAccounts("tim", "tanstaaftanstaaf"), "hub.example"u8.ToArray());
        await exchange.StartAsync(null, CancellationToken.None);
        await exchange.NextAsync(Encoding.UTF8.GetBytes($"{name} {RfcDigest}"), CancellationToken.None);
        Assert.Equal(1, exchange.DigestCount);
    }

    [Fact]
    public async Task Every_challenge_is_new_and_names_the_host()
    {
        var accounts = new MemorySaslAccounts("tim", "tanstaaftanstaaf");
        string one = TextOf(await Server("CRAM-MD5", accounts).StartAsync(null, CancellationToken.None));
        string two = TextOf(await Server("CRAM-MD5", accounts).StartAsync(null, CancellationToken.None));

        Assert.Matches("^<[0-9a-f]{32}@hub\\.example>$", one);
        Assert.NotEqual(one, two, StringComparer.Ordinal);
    }

    private static async Task<SaslStep> AnswerAsync(string challenge, ISaslAccounts accounts, string response)
    {
        var server = new CramMd5ServerExchange(accounts, Encoding.UTF8.GetBytes(challenge));
        await server.StartAsync(null, CancellationToken.None);
        return await server.NextAsync(Encoding.UTF8.GetBytes(response), CancellationToken.None);
    }
}
