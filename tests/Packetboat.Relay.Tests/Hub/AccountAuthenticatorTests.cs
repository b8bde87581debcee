using Packetboat.Protocol.Sasl;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class AccountAuthenticatorTests : IDisposable
{
    private readonly TestHub _hub = new();

    public static TheoryData<string> Mechanisms => ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"];

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task An_account_signs_in_by_any_spelling_of_its_name(string mechanism)
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1", reversible: true);

        SaslStep step = await SignInAsync(mechanism, "my-bbs@hub.example", "relaypw1");

        Assert.Equal(new SaslIdentity("MYBBS", "default"), Assert.IsType<SaslStep.Success>(step).Identity);
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task Wrong_password_and_unknown_name_are_refused_alike(string mechanism)
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1", reversible: true);

        SaslStep wrong = await SignInAsync(mechanism, "MYBBS", "RELAYPW1");
        SaslStep unknown = await SignInAsync(mechanism, "NOBODY", "relaypw1");

        Assert.Equal(SaslFailureKind.BadCredentials, Assert.IsType<SaslStep.Failure>(wrong).Kind);
        Assert.Equal(wrong, unknown);
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task Each_credential_signs_in_under_its_own_name_and_is_revoked_alone(string mechanism)
    {
        await _hub.AddAsync(TestHub.Node, "first-pw", reversible: true);
        await _hub.AddAsync(TestHub.Node, "second-pw", reversible: true, name: "laptop");

        Assert.Equal("default", IdentityOf(await SignInAsync(mechanism, "MYBBS", "first-pw"))?.Credential);
        Assert.Equal("laptop", IdentityOf(await SignInAsync(mechanism, "MYBBS", "second-pw"))?.Credential);

        await _hub.Store.RemoveCredentialAsync(TestHub.Node, "laptop", TestHub.None);
        Assert.NotNull(IdentityOf(await SignInAsync(mechanism, "MYBBS", "first-pw")));
        Assert.Null(IdentityOf(await SignInAsync(mechanism, "MYBBS", "second-pw")));
    }

    [Fact]
    public async Task An_account_without_a_reversible_secret_cannot_use_CRAM_MD5()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");

        Assert.Null(IdentityOf(await SignInAsync("CRAM-MD5", "MYBBS", "relaypw1")));
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task A_store_that_fails_is_unavailable_not_a_wrong_password(string mechanism)
    {
        _hub.Store.Fault = new IOException("disk on fire");

        SaslStep step = await SignInAsync(mechanism, "MYBBS", "relaypw1");

        Assert.Equal(SaslFailureKind.Unavailable, Assert.IsType<SaslStep.Failure>(step).Kind);
    }

    [Fact]
    public async Task A_lost_key_makes_CRAM_MD5_unavailable_and_leaves_PLAIN_alone()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1", reversible: true);
        using var other = new AccountAuthenticator(_hub.Store, new SecretBox(new byte[32]), _hub.Clock);

        SaslStep cram = await SignInAsync("CRAM-MD5", "MYBBS", "relaypw1", other);

        Assert.Equal(SaslFailureKind.Unavailable, Assert.IsType<SaslStep.Failure>(cram).Kind);
        Assert.NotNull(IdentityOf(await SignInAsync("PLAIN", "MYBBS", "relaypw1", other)));
    }

    [Fact]
    public async Task A_damaged_verifier_is_unavailable_not_a_wrong_password()
    {
        Credential credential = await _hub.AddAsync(TestHub.Node, "relaypw1");
        await _hub.Store.SetCredentialAsync(credential with { Verifier = "?" }, TestHub.None);

        SaslStep step = await SignInAsync("PLAIN", "MYBBS", "relaypw1");

        Assert.Equal(SaslFailureKind.Unavailable, Assert.IsType<SaslStep.Failure>(step).Kind);
    }

    [Fact]
    public async Task A_client_that_signs_in_for_each_message_pays_for_one_derivation()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");

        for (int i = 0; i < 5; i++)
            Assert.NotNull(await VerifyAsync("MYBBS", "relaypw1"));

        Assert.Equal(1, _hub.Authenticator.DerivationCount);
    }

    [Fact]
    public async Task A_wrong_password_is_derived_anew_each_time_even_beside_a_remembered_one()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await VerifyAsync("MYBBS", "relaypw1");

        Assert.Null(await VerifyAsync("MYBBS", "relaypw2"));
        Assert.Null(await VerifyAsync("MYBBS", "relaypw2"));

        Assert.Equal(3, _hub.Authenticator.DerivationCount);
    }

    [Fact]
    public async Task A_changed_password_ends_what_was_remembered_of_the_old_one()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await VerifyAsync("MYBBS", "relaypw1");

        await _hub.AddAsync(TestHub.Node, "relaypw2");

        Assert.Null(await VerifyAsync("MYBBS", "relaypw1"));
        Assert.NotNull(await VerifyAsync("MYBBS", "relaypw2"));
    }

    [Fact]
    public async Task A_name_that_nobody_has_costs_as_much_as_one_that_somebody_has()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await _hub.AddAsync(TestHub.Node, "relaypw2", name: "laptop");
        await _hub.Store.AddAsync(new Account(QwkId.Parse("EMPTY"), _hub.Clock.GetUtcNow()), TestHub.None);

        foreach (string name in new[] { "MYBBS", "EMPTY", "NOBODY", "@" })
        {
            int before = _hub.Authenticator.DerivationCount;
            Assert.Null(await VerifyAsync(name, "wrong"));
            Assert.Equal(1, _hub.Authenticator.DerivationCount - before);
        }
    }

    [Fact]
    public async Task Text_that_cannot_be_a_password_is_nobodys() => Assert.Null(await VerifyAsync("MYBBS", "relay\0pw1"));

    [Fact]
    public async Task Many_at_once_all_get_their_answer()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");

        SaslIdentity?[] answers = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(i => Task.Run(() => VerifyAsync("MYBBS", i % 4 == 0 ? "wrong" : "relaypw1")))
        );

        Assert.Equal(24, answers.Count(a => a is not null));
    }

    [Fact]
    public async Task A_name_that_nobody_has_shows_the_same_salt_every_time_and_after_a_restart()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        using var restarted = new AccountAuthenticator(_hub.Store, _hub.Box, _hub.Clock);

        ScramAccount known = await _hub.Authenticator.FindScramAsync("MYBBS", TestHub.None);
        ScramAccount unknown = await _hub.Authenticator.FindScramAsync("NOBODY", TestHub.None);
        ScramAccount again = await restarted.FindScramAsync("no-body@hub", TestHub.None);
        ScramAccount another = await restarted.FindScramAsync("SOMEBODY", TestHub.None);

        Assert.Empty(unknown.Candidates);
        Assert.Equal(unknown.Salt, again.Salt);
        Assert.NotEqual(unknown.Salt, another.Salt);
        Assert.Equal((known.Salt.Length, known.Iterations), (unknown.Salt.Length, unknown.Iterations));
    }

    [Fact]
    public async Task A_suspended_account_signs_in_and_carries_its_suspension_until_it_ends()
    {
        DateTimeOffset now = _hub.Clock.GetUtcNow();
        var suspension = new Suspension("too many bounces", now, now.AddHours(1));
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await _hub.Store.SetSuspensionAsync(TestHub.Node, suspension, TestHub.None);

        SaslIdentity? identity = await VerifyAsync("MYBBS", "relaypw1");
        Assert.NotNull(identity);
        Assert.Equal(suspension, (await AdmitAsync(identity))!.Suspension);

        _hub.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null((await AdmitAsync(identity))!.Suspension);
    }

    [Fact]
    public async Task A_suspension_without_end_stays()
    {
        var suspension = new Suspension("left the network", _hub.Clock.GetUtcNow(), Until: null);
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await _hub.Store.SetSuspensionAsync(TestHub.Node, suspension, TestHub.None);
        _hub.Clock.Advance(TimeSpan.FromDays(3650));

        Assert.Equal(suspension, (await AdmitAsync(new SaslIdentity("MYBBS", "default")))?.Suspension);
    }

    [Fact]
    public async Task Use_is_noted_at_most_once_a_minute()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        var identity = new SaslIdentity("MYBBS", "default");

        await AdmitAsync(identity);
        _hub.Clock.Advance(TimeSpan.FromSeconds(59));
        await AdmitAsync(identity);
        Assert.Equal(1, _hub.Store.UsesNoted);

        _hub.Clock.Advance(TimeSpan.FromSeconds(1));
        await AdmitAsync(identity);
        Assert.Equal(2, _hub.Store.UsesNoted);
    }

    [Fact]
    public async Task A_use_by_another_way_is_noted_within_the_minute()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        var identity = new SaslIdentity("MYBBS", "default");

        await AdmitAsync(identity);
        await AdmitAsync(identity, "203.0.113.9");
        Assert.Equal(1, _hub.Store.UsesNoted);
        _hub.Clock.Advance(TimeSpan.FromSeconds(1));
        await AdmitAsync(identity, "203.0.113.9");

        Assert.Equal(2, _hub.Store.UsesNoted);
        Credential noted = Assert.Single((await _hub.Store.FindAsync("MYBBS", TestHub.None))!.Credentials);
        Assert.Equal(new CredentialUse(_hub.Clock.GetUtcNow(), "203.0.113.9", "PLAIN", "TLS 1.3"), noted.LastUse);
    }

    [Fact]
    public async Task A_session_goes_on_until_the_credential_that_it_used_is_revoked_or_replaced()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await _hub.AddAsync(TestHub.Node, "relaypw2", name: "laptop");
        AuthenticatedAccount byDefault = (await AdmitAsync(new SaslIdentity("MYBBS", "default")))!;
        AuthenticatedAccount byLaptop = (await AdmitAsync(new SaslIdentity("MYBBS", "laptop")))!;

        await _hub.AddAsync(TestHub.Node, "relaypw3");
        Assert.Null(await FindAgainAsync(byDefault));
        Assert.Equal("laptop", (await FindAgainAsync(byLaptop))?.By.Name);

        await _hub.Store.RemoveCredentialAsync(TestHub.Node, "laptop", TestHub.None);
        Assert.Null(await FindAgainAsync(byLaptop));
    }

    [Theory, MemberData(nameof(Mechanisms))]
    public async Task A_revoked_password_is_refused_at_once_although_it_was_just_right(string mechanism)
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1", reversible: true);
        await _hub.AddAsync(TestHub.Node, "relaypw2", reversible: true, name: "laptop");
        Assert.NotNull(IdentityOf(await SignInAsync(mechanism, "MYBBS", "relaypw2")));

        await _hub.Store.RemoveCredentialAsync(TestHub.Node, "laptop", TestHub.None);

        Assert.Null(IdentityOf(await SignInAsync(mechanism, "MYBBS", "relaypw2")));
    }

    [Fact]
    public async Task A_credential_that_was_revoked_in_the_moment_between_is_not_admitted()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");

        Assert.Null(await AdmitAsync(new SaslIdentity("MYBBS", "laptop")));
    }

    [Fact]
    public async Task A_use_that_cannot_be_noted_turns_nobody_away()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        _hub.Store.FaultOfNotes = new IOException("disk full");

        Assert.NotNull(await AdmitAsync(new SaslIdentity("MYBBS", "default")));
    }

    [Fact]
    public async Task An_account_that_was_removed_meanwhile_is_not_admitted()
    {
        await _hub.AddAsync(TestHub.Node, "relaypw1");
        await _hub.Store.RemoveAsync(TestHub.Node, TestHub.None);

        Assert.Null(await AdmitAsync(new SaslIdentity("MYBBS", "default")));
    }

    public void Dispose() => _hub.Dispose();

    private async Task<AuthenticatedAccount?> FindAgainAsync(AuthenticatedAccount signedIn) =>
        await _hub.Authenticator.FindAgainAsync(signedIn, TestHub.None);

    private static SaslIdentity? IdentityOf(SaslStep step) => (step as SaslStep.Success)?.Identity;

    private async Task<SaslIdentity?> VerifyAsync(string name, string password) =>
        await _hub.Authenticator.VerifyPasswordAsync(name, password, TestHub.None);

    private async Task<AuthenticatedAccount?> AdmitAsync(SaslIdentity identity, string from = "192.0.2.1") =>
        await _hub.Authenticator.AdmitAsync(
            identity,
            new CredentialUse(_hub.Clock.GetUtcNow(), from, "PLAIN", "TLS 1.3"),
            TestHub.None
        );

    private async Task<SaslStep> SignInAsync(
        string mechanism,
        string name,
        string password,
        AccountAuthenticator? authenticator = null
    )
    {
        var options = new SaslServerOptions("hub.example", TlsUp: true, [], HasReversibleSecrets: true);
        SaslServerExchange server = SaslMechanisms.CreateServer(mechanism, authenticator ?? _hub.Authenticator, options)!;
        SaslClientExchange client = SaslMechanisms.CreateClient(mechanism, new SaslClientOptions(name, password))!;

        SaslStep step = await server.StartAsync(client.InitialResponse(), TestHub.None);
        while (step is SaslStep.Challenge challenge)
            step = await server.NextAsync(
                Assert.IsType<SaslClientStep.Response>(client.Next(challenge.Data.Span)).Data,
                TestHub.None
            );
        return step;
    }
}
