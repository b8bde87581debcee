using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Hub;

public sealed class EnrolmentTests : IAsyncDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    private readonly SqliteStore _store;
    private readonly SecretBox _box = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private readonly ListLogger<Enrolment> _log = new();
    private readonly Enrolment _enrolment;
    private readonly Invitations _operator;
    private EnrolmentSettings _settings = new("hub.example", 587, EnrolmentTerms.BuiltIn, false, "https://hub.example");

    public EnrolmentTests()
    {
        _store = SqliteStore.Open(_folder.File("data"), _time);
        _enrolment = new Enrolment(
            _store,
            _store,
            new CredentialIssuer(_box, _time),
            _box,
            new EnrolmentBrake(_time),
            () => _settings,
            _time,
            _log
        );
        _operator = new Invitations(_store, _store, () => _settings, () => null, _ => Task.CompletedTask, _time);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_code_gives_an_account_that_signs_in_by_the_password_of_the_answer()
    {
        string code = await InviteAsync(new InvitationWish { Id = "MYBBS", Note = "Sam" });

        JoinAnswer answer = (await JoinAsync(code, 'a')).Value!;

        Assert.Equal(
            ("MYBBS", "hub.example", 587, "PLAIN", "mybbs@hub.example"),
            (answer.Account, answer.Server, answer.Port, answer.Mechanism, answer.Sender)
        );
        using var authenticator = new AccountAuthenticator(_store, _box, _time) { DerivesInline = true };
        Assert.NotNull(await authenticator.VerifyPasswordAsync("MYBBS", answer.Password, Ct));
        Assert.Null(await authenticator.VerifyPasswordAsync("MYBBS", code, Ct));
    }

    [Fact]
    public async Task The_credential_says_where_it_came_from_and_so_does_the_audit_trail()
    {
        string code = await InviteAsync(new InvitationWish { Id = "MYBBS" });

        JoinAnswer answer = (await JoinAsync(code, 'a')).Value!;

        Credential made = Assert.Single((await ((IAccountStore)_store).FindAsync("MYBBS", Ct))!.Credentials);
        Assert.Equal("join 2026-11-25", made.Name);
        AuditEntry entry = Assert.Single(await _store.ListAuditAsync("MYBBS", 10, Ct));
        Assert.Equal("account join", entry.Action);
        Assert.StartsWith("account made, credential join 2026-11-25, terms ", entry.Reason, StringComparison.Ordinal);
        Assert.Equal(new Operator($"invitation {code[..5]}", "192.0.2.7"), entry.Who);
        // Others beside it change nothing in the answer that is given again; without it there is none.
        await AddAsync("laptop", "another word");
        Assert.Equal(answer.Password, (await JoinAsync(code, 'a')).Value!.Password);
        await _store.RemoveCredentialAsync(made.Account, made.Name, Ct);
        Assert.Equal(EnrolmentFault.AccountChanged, (await JoinAsync(code, 'a')).Fault);
    }

    [Fact]
    public async Task The_domain_of_an_invitation_is_granted()
    {
        string code = await InviteAsync(new InvitationWish { Id = "MYBBS", Domain = "bbs.example" });

        JoinAnswer answer = (await _enrolment.JoinAsync(Request(code, 'a') with { Domain = "other.example" }, Client, Ct)).Value!;

        Assert.Equal([("bbs.example", AccountDomainState.Granted)], await DomainsAsync("MYBBS"));
        Assert.Contains(
            ", domain bbs.example granted, ",
            Assert.Single(await _store.ListAuditAsync("MYBBS", 10, Ct)).Reason,
            StringComparison.Ordinal
        );
        Assert.Equal(["bbs.example"], answer.Records.Select(record => record.Name));
    }

    /// <summary>Else whoever has a code would send as anybody.</summary>
    [Fact]
    public async Task A_domain_that_the_node_names_has_to_be_proven_and_the_answer_says_how()
    {
        string code = await InviteAsync(new InvitationWish { Id = "MYBBS" });
        JoinRequest request = Request(code, 'a') with { Domain = "B\u00fccher.example" };

        JoinAnswer answer = (await _enrolment.JoinAsync(request, Client, Ct)).Value!;

        Assert.Equal([("xn--bcher-kva.example", AccountDomainState.Pending)], await DomainsAsync("MYBBS"));
        RecordToPublish proof = answer.Records[0];
        Assert.Equal("_packetboat.xn--bcher-kva.example", proof.Name);
        Assert.Matches("^packetboat=[0-9a-f]{32}$", proof.Value);
        Assert.Equal(answer.Records, (await _enrolment.JoinAsync(request, Client, Ct)).Value!.Records);
    }

    [Fact]
    public async Task What_an_applicant_says_of_his_domain_is_not_granted_by_approving_him()
    {
        _settings = _settings with { TakesApplications = true };
        var code = InvitationCode.Generate();
        var application = new ApplicationRequest
        {
            Code = code.Text,
            Id = "MYBBS",
            Domain = "gmail.example",
            Contact = "sam@far.example",
            Terms = _settings.Terms.Version,
        };
        Assert.NotNull((await _enrolment.ApplyAsync(application, Client, Ct)).Value);
        Assert.NotNull((await _operator.ApproveAsync(code.Name, Ct)).Value);

        await _enrolment.JoinAsync(Request(code.Text, 'a') with { Domain = "gmail.example" }, Client, Ct);

        Assert.Equal([("gmail.example", AccountDomainState.Pending)], await DomainsAsync("MYBBS"));
    }

    [Fact]
    public async Task A_code_is_good_up_to_its_last_second_and_not_after()
    {
        string early = await InviteAsync(new InvitationWish { Lifetime = TimeSpan.FromHours(1) });
        string late = await InviteAsync(new InvitationWish { Lifetime = TimeSpan.FromHours(1) });

        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.NotNull((await JoinAsync(early, 'a')).Value);
        _time.Advance(TimeSpan.FromSeconds(1));
        EnrolmentResult<JoinAnswer> refused = await JoinAsync(late, 'b');

        Assert.Equal(EnrolmentFault.Expired, refused.Fault);
        Assert.Contains("ended on 2026-11-25 13:00:00Z", refused.Refusal!.Reason, StringComparison.Ordinal);
        Assert.Equal(EnrolmentFault.Expired, (await JoinAsync(early, 'a')).Fault);
    }

    [Fact]
    public async Task The_same_machine_gets_the_same_answer_again_and_another_gets_none()
    {
        string code = await InviteAsync(new InvitationWish());
        JoinAnswer first = (await JoinAsync(code, 'a', "MYBBS")).Value!;

        JoinAnswer again = (await JoinAsync(code, 'a', "OTHER")).Value!;

        Assert.Equal((first.Account, first.Password), (again.Account, again.Password));
        Assert.Equal(EnrolmentFault.Used, (await JoinAsync(code, 'b')).Fault);
    }

    [Fact]
    public async Task A_repeated_join_does_not_undo_what_the_operator_has_done()
    {
        string changed = await InviteAsync(new InvitationWish());
        string revoked = await InviteAsync(new InvitationWish());
        string removed = await InviteAsync(new InvitationWish());
        await JoinAsync(changed, 'a', "CHANGED");
        await JoinAsync(revoked, 'a', "REVOKED");
        await JoinAsync(removed, 'a', "REMOVED");

        AccountWithCredentials account = (await ((IAccountStore)_store).FindAsync("CHANGED", Ct))!;
        Assert.True(
            new CredentialIssuer(_box, _time).TryIssue(
                account,
                account.Credentials[0].Name,
                "another word",
                false,
                out Credential? credential,
                out _
            )
        );
        await _store.SetCredentialAsync(credential, Ct);
        await _operator.RevokeInvitationAsync(revoked, Ct);
        await _store.RemoveAsync(QwkId.Parse("REMOVED"), Ct);

        Assert.Equal(EnrolmentFault.AccountChanged, (await JoinAsync(changed, 'a')).Fault);
        Assert.Equal(EnrolmentFault.Revoked, (await JoinAsync(revoked, 'a')).Fault);
        Assert.Equal(EnrolmentFault.AccountChanged, (await JoinAsync(removed, 'a')).Fault);
    }

    [Fact]
    public async Task Who_has_only_the_name_of_an_invitation_learns_nothing_about_it()
    {
        string code = await InviteAsync(new InvitationWish());
        await _operator.RevokeInvitationAsync(code, Ct);
        string other = InvitationCode.Generate().Text;
        string half = code[..6] + other[6..];

        EnrolmentResult<JoinAnswer> wrong = await JoinAsync(half, 'a');
        EnrolmentResult<JoinAnswer> unknown = await JoinAsync(other, 'a');

        Assert.Equal((EnrolmentFault.UnknownCode, EnrolmentFault.UnknownCode), (wrong.Fault, unknown.Fault));
        Assert.Equal(unknown.Refusal!.Reason, wrong.Refusal!.Reason);
        Assert.DoesNotContain(code[6..], string.Join('\n', _log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MYBBS", "OTHER", "the invitation is for MYBBS")]
    [InlineData(null, "MY-TAKEN", "at sign-in it cannot be told from MYTAKEN")]
    [InlineData(null, "x", "its length is 1")]
    [InlineData(null, "SYSOP", "the name is reserved")]
    public async Task A_name_that_cannot_be_had_costs_no_use(string? invited, string wanted, string reason)
    {
        await _store.AddAsync(new Account(QwkId.Parse("MYTAKEN"), _time.GetUtcNow()), Ct);
        string code = await InviteAsync(new InvitationWish { Id = invited });

        EnrolmentResult<JoinAnswer> refused = await JoinAsync(code, 'a', wanted);

        Assert.Equal(EnrolmentFault.IdRefused, refused.Fault);
        Assert.Contains(reason, refused.Refusal!.Reason, StringComparison.Ordinal);
        Assert.NotNull((await JoinAsync(code, 'a')).Value);
    }

    [Fact]
    public async Task Terms_that_were_not_read_give_nothing()
    {
        string code = await InviteAsync(new InvitationWish());
        _settings = _settings with { Terms = EnrolmentTerms.Parse("New terms\u001b[2J\tall\r\n"u8.ToArray()) };

        EnrolmentResult<JoinAnswer> refused = await _enrolment.JoinAsync(
            Request(code, 'a') with
            {
                Terms = EnrolmentTerms.BuiltIn.Version,
            },
            Client,
            Ct
        );

        Assert.Equal(EnrolmentFault.TermsNotAccepted, refused.Fault);
        Assert.Equal("New terms?[2J all\n", _enrolment.Describe().Terms);
        Assert.NotNull((await JoinAsync(code, 'a')).Value);
    }

    [Theory]
    [InlineData("code", "no code")]
    [InlineData("key", "too short")]
    [InlineData("key", "with blanks, and so on, and long enough")]
    [InlineData("domain", "nodots")]
    [InlineData("domain", "[192.0.2.1]")]
    [InlineData("domain", "a.example\r\nX: y")]
    public async Task What_is_no_request_is_said(string member, string value)
    {
        JoinRequest good = Request(await InviteAsync(new InvitationWish()), 'a');

        EnrolmentResult<JoinAnswer> refused = await _enrolment.JoinAsync(
            member switch
            {
                "code" => good with { Code = value },
                "key" => good with { Key = value },
                _ => good with { Domain = value },
            },
            Client,
            Ct
        );

        Assert.Equal(EnrolmentFault.Malformed, refused.Fault);
    }

    [Fact]
    public async Task Guesses_are_braked_by_client_and_neighbourhood_and_come_back_with_time()
    {
        for (int i = 0; i < EnrolmentBrake.PerClient; i++)
            Assert.Equal(EnrolmentFault.UnknownCode, (await JoinAsync(InvitationCode.Generate().Text, 'a')).Fault);
        string code = await InviteAsync(new InvitationWish());

        EnrolmentResult<JoinAnswer> braked = await JoinAsync(code, 'a');

        Assert.Equal(EnrolmentFault.TooManyRequests, braked.Fault);
        Assert.Equal(EnrolmentBrake.Period / EnrolmentBrake.PerClient, braked.RetryAfter);
        Assert.Equal(
            EnrolmentFault.UnknownCode,
            (await _enrolment.JoinAsync(Request(InvitationCode.Generate().Text, 'b'), IPAddress.Parse("198.51.100.1"), Ct)).Fault
        );
        _time.Advance(braked.RetryAfter);
        Assert.NotNull((await JoinAsync(code, 'a')).Value);
    }

    [Fact]
    public void The_brake_bounds_a_neighbourhood_and_all_together()
    {
        var brake = new EnrolmentBrake(_time);
        int let(IEnumerable<string> clients) => clients.Count(client => brake.WaitOf(IPAddress.Parse(client)) == TimeSpan.Zero);

        Assert.Equal(EnrolmentBrake.PerNeighbourhood, let(Enumerable.Range(0, 200).Select(i => $"192.0.2.{i}")));
        Assert.Equal(
            EnrolmentBrake.InAll - EnrolmentBrake.PerNeighbourhood,
            let(Enumerable.Range(0, 2000).Select(i => $"198.{i / 200}.{i % 200}.1"))
        );
    }

    [Theory]
    [InlineData("ab2de-fgh3k-mn4pq-rs5tu-vw6xy", true)]
    [InlineData(" AB2DE FGH3K MN4PQ RS5TU VW6XY ", true)]
    [InlineData("ab2defgh3kmn4pqrs5tuvw6xy", true)]
    [InlineData("ab2de-fgh3k-mn4pq-rs5tu-vw6x", false)]
    [InlineData("ab2de-fgh3k-mn4pq-rs5tu-vw6xyz", false)]
    [InlineData("ab2de-fgh3k-mn4pq-rs5tu-vw6x1", false)]
    [InlineData("", false)]
    public void A_code_is_read_as_people_copy_it(string text, bool isOne)
    {
        Assert.Equal(isOne, InvitationCode.TryParse(text, out InvitationCode? code));
        if (isOne)
            Assert.Equal(("ab2de-fgh3k-mn4pq-rs5tu-vw6xy", "ab2de"), (code!.Text, code.Name));
    }

    [Fact]
    public void A_password_follows_from_invitation_and_secret_and_the_key_of_the_hub()
    {
        string password = _box.EnrolmentPassword("ab2de", "secret"u8);

        Assert.Matches("^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$", password);
        Assert.Equal(password, _box.EnrolmentPassword("ab2de", "secret"u8));
        Assert.NotEqual(password, _box.EnrolmentPassword("ab2df", "secret"u8));
        Assert.NotEqual(password, _box.EnrolmentPassword("ab2de", "secreu"u8));
        Assert.NotEqual(password, new SecretBox(new byte[32]).EnrolmentPassword("ab2de", "secret"u8));
    }

    [Theory]
    [InlineData(0, "1.00:00:00", null, "it is not 1 to 1000")]
    [InlineData(1001, "1.00:00:00", null, "it is not 1 to 1000")]
    [InlineData(2, "1.00:00:00", "MYBBS", "there can be one account MYBBS")]
    [InlineData(1, "00:00:59", null, "a minute to 366 days")]
    [InlineData(1, "400.00:00:00", null, "a minute to 366 days")]
    [InlineData(1, "1.00:00:00", "TOOLONGID", "its length is 9")]
    public async Task An_invitation_that_makes_no_sense_is_refused(int uses, string lifetime, string? id, string reason)
    {
        var wish = new InvitationWish
        {
            Uses = uses,
            Lifetime = TimeSpan.Parse(lifetime, System.Globalization.CultureInfo.InvariantCulture),
            Id = id,
        };

        Assert.Contains(reason, (await _operator.InviteAsync(wish, Ct)).Refusal!.Reason, StringComparison.Ordinal);
    }

    private async Task<string> InviteAsync(InvitationWish wish) => (await _operator.InviteAsync(wish, Ct)).Value!.Code;

    private async Task AddAsync(string name, string password)
    {
        AccountWithCredentials account = (await ((IAccountStore)_store).FindAsync("MYBBS", Ct))!;
        var issuer = new CredentialIssuer(_box, _time);
        Assert.True(issuer.TryIssue(account, name, password, false, out Credential? credential, out _));
        await _store.SetCredentialAsync(credential, Ct);
    }

    private Task<EnrolmentResult<JoinAnswer>> JoinAsync(string code, char key, string? id = null) =>
        _enrolment.JoinAsync(Request(code, key) with { Id = id }, Client, Ct);

    private async Task<(string, AccountDomainState)[]> DomainsAsync(string id) =>
        [.. (await ((IAccountStore)_store).FindAsync(id, Ct))!.Domains.Select(domain => (domain.Name, domain.State))];

    private JoinRequest Request(string code, char key) =>
        new()
        {
            Code = code,
            Key = new string(key, 43),
            Terms = _settings.Terms.Version,
        };
}
