using CsCheck;
using Packetboat.Protocol.Sasl;
using static Packetboat.Protocol.Tests.Sasl.SaslConversation;

namespace Packetboat.Protocol.Tests.Sasl;

public sealed class SaslBothEndsTests
{
    /// <summary>Up to 60 characters, or some would have more than 255 octets. Commas and equals signs are what SCRAM escapes.</summary>
    private static readonly Gen<string> Text = Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['\u00A1', '\u07B1'], Gen.Char[',', '='])
        .Array[1, 60]
        .Select(c => new string(c));

    public static TheoryData<string> Mechanisms => [.. SaslMechanisms.Offered(OverTls)];

    [Theory, MemberData(nameof(Mechanisms))]
    public Task The_right_password_signs_in_and_both_ends_know_it(string mechanism) =>
        Gen.Select(Text, Text)
            .SampleAsync(
                async (name, password) =>
                {
                    SaslClientExchange client = Client(mechanism, name, password);
                    SaslStep? last = await RunAsync(client, Server(mechanism, new MemorySaslAccounts(name, password)));
                    return client.IsComplete && last is SaslStep.Success { Identity.Account: var who } && who == name;
                },
                iter: 60
            );

    [Theory, MemberData(nameof(Mechanisms))]
    public Task Another_password_never_signs_in(string mechanism) =>
        Gen.Select(Text, Text, Text)
            .Where((_, right, wrong) => !SameWhenPrepared(right, wrong))
            .SampleAsync(
                async (name, right, wrong) =>
                {
                    SaslClientExchange client = Client(mechanism, name, wrong);
                    SaslStep? last = await RunAsync(client, Server(mechanism, new MemorySaslAccounts(name, right)));
                    return last is SaslStep.Failure { Kind: SaslFailureKind.BadCredentials };
                },
                iter: 60
            );

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task An_unknown_name_fails_like_a_wrong_password(string mechanism)
    {
        var accounts = new MemorySaslAccounts("MYBBS", "RelayPw1");
        SaslStep? unknown = await RunAsync(Client(mechanism, "NOBODY", "RelayPw1"), Server(mechanism, accounts));
        SaslStep? wrong = await RunAsync(Client(mechanism, "MYBBS", "RelayPw2"), Server(mechanism, accounts));

        FailsWith(SaslFailureKind.BadCredentials, unknown);
        Assert.Equal(wrong, unknown);
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task A_lookup_that_fails_is_not_the_clients_fault(string mechanism)
    {
        var accounts = new MemorySaslAccounts("MYBBS", "RelayPw1") { IsDown = true };

        SaslStep? last = await RunAsync(Client(mechanism, "MYBBS", "RelayPw1"), Server(mechanism, accounts));

        FailsWith(SaslFailureKind.Unavailable, last);
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task No_reason_for_the_log_holds_the_password(string mechanism)
    {
        var accounts = new MemorySaslAccounts("MYBBS", "RelayPw1");

        SaslStep? last = await RunAsync(Client(mechanism, "MYBBS", "hunter22"), Server(mechanism, accounts));

        Assert.DoesNotContain("hunter22", Assert.IsType<SaslStep.Failure>(last).Reason, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task Nothing_follows_the_end_of_an_exchange(string mechanism)
    {
        SaslServerExchange server = Server(mechanism, new MemorySaslAccounts("MYBBS", "RelayPw1"));
        await RunAsync(Client(mechanism, "MYBBS", "RelayPw1"), server);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await server.NextAsync(default, CancellationToken.None));
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public Task Random_responses_neither_throw_nor_sign_in(string mechanism) =>
        Gen
            .Byte.Array[0, 300]
            .Array[1, 4]
            .SampleAsync(
                async responses =>
                {
                    SaslServerExchange server = Server(mechanism, new MemorySaslAccounts("MYBBS", "RelayPw1"));
                    SaslStep step = await server.StartAsync(null, CancellationToken.None);
                    foreach (byte[] response in responses)
                        if (step is SaslStep.Challenge)
                            step = await server.NextAsync(response, CancellationToken.None);
                    return step is not SaslStep.Success;
                },
                iter: 500
            );

    [Theory, MemberData(nameof(Mechanisms))]
    public void Random_challenges_neither_throw_nor_convince_a_scram_client(string mechanism) =>
        Gen
            .Byte.Array[0, 300]
            .Array[1, 4]
            .Sample(
                challenges =>
                {
                    SaslClientExchange client = Client(mechanism, "MYBBS", "RelayPw1");
                    client.InitialResponse();
                    foreach (byte[] challenge in challenges)
                        client.Next(challenge);
                    return !mechanism.StartsWith("SCRAM", StringComparison.Ordinal) || !client.IsComplete;
                },
                iter: 500
            );

    [Theory, InlineData("PLAIN"), InlineData("EXTERNAL")]
    public void A_mechanism_of_one_message_says_it_once_to_a_server_that_asks_with_an_empty_challenge(string mechanism)
    {
        SaslClientExchange client = Client(mechanism, "MYBBS", "RelayPw1");

        Assert.IsType<SaslClientStep.Response>(client.Next([]));
        Assert.True(client.IsComplete);
        Assert.IsType<SaslClientStep.Abort>(client.Next([]));
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task A_response_that_is_too_long_is_refused(string mechanism)
    {
        SaslServerExchange server = Server(mechanism, new MemorySaslAccounts("MYBBS", "RelayPw1"));
        await server.StartAsync(null, CancellationToken.None);

        SaslStep step = await server.NextAsync(new byte[SaslServerExchange.MaxResponse + 1], CancellationToken.None);

        Assert.Equal(new SaslStep.Failure(SaslFailureKind.BadArgument, "response too long"), step);
    }

    private static bool SameWhenPrepared(string left, string right) =>
        SaslText.TryPrepare(left, out string? one) && SaslText.TryPrepare(right, out string? two) && one == two;

    private static SaslClientExchange Client(string mechanism, string name, string password) =>
        SaslMechanisms.CreateClient(
            mechanism,
            new SaslClientOptions(name, password) { ChannelBindings = [EndPoint], ServerOffersPlus = true }
        )!;
}
