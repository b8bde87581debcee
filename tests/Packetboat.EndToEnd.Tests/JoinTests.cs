using System.Net;
using System.Text;
using Packetboat.Admin.Enrolment;
using Packetboat.Commands;
using Packetboat.Demo;
using Packetboat.Joining;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.EndToEnd.Tests;

/// <summary>A stranger becomes a node: over HTTPS, into his settings, and to a delivered message.</summary>
public sealed class JoinTests
{
    private const int Patience = 60_000;
    private const string Friend = "friend@far.example";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task From_an_invitation_to_a_delivered_message()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish { Id = "NEWBBS", Domain = "new.example" });
        string ctrl = NewNode(harbour);
        string before = await File.ReadAllTextAsync(Path.Combine(ctrl, "sbbs.ini"), Ct);
        var sysop = new SysopAtDesk("yes");

        int exitCode = await JoinAsync(harbour, ctrl, sysop, invitation.Code, plan => plan with { TestTo = Friend });

        Assert.True(exitCode == ExitCode.Ok, sysop.Text);
        DemoExchange.Letter letter = await harbour.NextLetterAsync();
        Assert.Equal(("newbbs@hub.example", Friend), (letter.Sender, Assert.Single(letter.Recipients)));
        Assert.Contains("is not private", sysop.Text, StringComparison.Ordinal);
        Assert.Contains("new.example. IN TXT \"v=spf1 a:hub.example -all\"", sysop.Text, StringComparison.Ordinal);
        Assert.Contains("AUTH PLAIN as NEWBBS) 250", sysop.Text, StringComparison.Ordinal);
        Assert.Contains("mail._domainkey.new.example. IN TXT \"v=DKIM1; k=rsa; p=", sysop.Text, StringComparison.Ordinal);
        Assert.Contains("mail-ed._domainkey.new.example. IN TXT \"v=DKIM1; k=ed25519; p=", sysop.Text, StringComparison.Ordinal);
        Assert.Equal(
            [("dkim new", "new.example"), ("join", harbour.HubUrl)],
            (await AuditAsync(ctrl)).Select(entry => (entry.Action, entry.Target))
        );
        // The hub's side of the story: who came in, with what, and where his message went.
        AuditEntry entered = (await harbour.Hub.Operations.ListAuditAsync("NEWBBS", 10, Ct))[0];
        Assert.Equal(("account join", $"invitation {invitation.Invitation.Name}"), (entered.Action, entered.Who.Name));
        Assert.Contains("account made, credential join", entered.Reason, StringComparison.Ordinal);
        Assert.Contains("domain new.example granted", entered.Reason, StringComparison.Ordinal);
        MessageTrace carried = Assert.Single(await harbour.Hub.Operations.TraceAsync("newbbs@hub.example", Friend, 10, Ct));
        Assert.Equal("NEWBBS", carried.Account);
        Assert.StartsWith("ESMTPSA from [127.0.0.1]", carried.Origin, StringComparison.Ordinal);
        string after = await File.ReadAllTextAsync(Path.Combine(ctrl, "sbbs.ini"), Ct);
        Assert.Equal(before, await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(ctrl, "sbbs.ini.*.bak")), Ct));
        Assert.Equal(
            before.Split('\n'),
            after
                .Split('\n')
                .Where(line => !line.Contains("Relay", StringComparison.Ordinal))
                .Select(line => line.Replace("ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN", "ALLOW_POP3", StringComparison.Ordinal))
        );
        Assert.False(File.Exists(PendingJoin.PathIn(ctrl)));
        await harbour.Log.SeenAsync($"account NEWBBS joined by invitation {invitation.Invitation.Name}");
        Assert.DoesNotContain(invitation.Code, harbour.Log.Text, StringComparison.Ordinal);
        AccountRow account = (await harbour.Hub.Operations.ShowAccountAsync("NEWBBS", Ct)).Value!;
        Assert.Contains("for new.example", account.Note, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_node_that_runs_takes_the_new_relay_and_sends_the_test_itself()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        DemoNode node = await harbour.StartAsync(Settings(harbour), "");
        var sysop = new SysopAtDesk("yes", Friend);

        int exitCode = await JoinAsync(harbour, node.Ctrl, sysop, invitation.Code, plan => plan with { Id = "RUNNING" });

        Assert.True(exitCode == ExitCode.Ok, sysop.Text);
        Assert.Equal("running@hub.example", (await harbour.NextLetterAsync()).Sender);
        Assert.Equal("RUNNING", node.Settings.Mail.RelayUsername);
    }

    [Fact(Timeout = Patience)]
    public async Task From_no_settings_at_all()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        string ctrl = Path.Combine(harbour.NewFolder(), "ctrl");
        var sysop = new SysopAtDesk("yes", "");

        Assert.True(await JoinAsync(harbour, ctrl, sysop, invitation.Code) == ExitCode.Ok, sysop.Text);

        (Relay.Configuration.Settings? settings, _) = Session.ReadSettings(ctrl, quiet: true);
        Assert.Contains("packetboat dkim new DOMAIN", sysop.Text, StringComparison.Ordinal);
        Assert.Equal("hub.example", settings!.Relay!.Server);
        Assert.Matches("^NODE[A-Z0-9]{4}$", settings.Relay.Username);
        Assert.Equal(Path.Combine(ctrl, "relay.pem"), settings.Packetboat.RelayCertificateFile);
    }

    [Fact(Timeout = Patience)]
    public async Task Who_does_not_accept_the_terms_changes_nothing()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        string ctrl = NewNode(harbour);
        string before = await File.ReadAllTextAsync(Path.Combine(ctrl, "sbbs.ini"), Ct);
        var nobody = new SysopAtDesk();
        var unwilling = new SysopAtDesk("no");

        Assert.Equal(ExitCode.Failed, await JoinAsync(harbour, ctrl, nobody, invitation.Code));
        Assert.Equal(ExitCode.Failed, await JoinAsync(harbour, ctrl, unwilling, invitation.Code));

        Assert.Contains("--accept-terms", nobody.Text, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", unwilling.Text, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(ctrl, "sbbs.ini"), Ct));
        Assert.Equal("open", Assert.Single(await harbour.Hub.Operations.ListInvitationsAsync(Ct)).State);
    }

    [Fact(Timeout = Patience)]
    public async Task A_code_that_is_no_good_says_what_why_and_what_to_do_and_changes_nothing()
    {
        var clock = new MovedClock();
        await using Harbour harbour = await Harbour.OpenAsync("", hubClock: clock);
        IssuedInvitation expired = await InviteAsync(harbour, new InvitationWish { Lifetime = TimeSpan.FromHours(1) });
        clock.PutForward(TimeSpan.FromHours(2));
        IssuedInvitation used = await InviteAsync(harbour, new InvitationWish());
        IssuedInvitation revoked = await InviteAsync(harbour, new InvitationWish());
        await harbour.Hub.Operations.RevokeInvitationAsync(revoked.Code, Ct);
        Assert.Equal(ExitCode.Ok, await JoinAsync(harbour, NewNode(harbour), new SysopAtDesk("yes", ""), used.Code));
        string wrong = InvitationCode.Generate().Text;

        string ctrl = NewNode(harbour);
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(ctrl, "sbbs.ini"), Ct);
        const string Another = "Ask postmaster@hub.example for another.";
        foreach (
            (string code, string words) in new[]
            {
                (
                    expired.Code,
                    $"'{expired.Invitation.Name}-...': this invitation ended on {expired.Invitation.Expires:u}. {Another}"
                ),
                (used.Code, $"'{used.Invitation.Name}-...': this invitation is used up. {Another}"),
                (revoked.Code, $"'{revoked.Invitation.Name}-...': the operator has taken this invitation back. {Another}"),
                (
                    wrong,
                    $"'{wrong[..5]}-...': this hub has made no such code. Compare it letter by letter, or ask postmaster@hub.example."
                ),
                ("nonsense", "the code is none: it has five groups of five letters and digits; copy all of it"),
            }
        )
        {
            var sysop = new SysopAtDesk("yes");
            Assert.NotEqual(ExitCode.Ok, await JoinAsync(harbour, ctrl, sysop, code));
            Assert.Contains($"FAILED {words}", sysop.Read);
            Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(ctrl, "sbbs.ini"), Ct));
            // Nothing of it is kept that could be taken for a join that goes on.
            Assert.Equal(["sbbs.ini"], Directory.GetFileSystemEntries(ctrl).Select(Path.GetFileName));
        }

        Assert.Equal(2, (await harbour.Hub.Operations.ListAccountsAsync(Ct)).Count);
    }

    /// <summary>Nobody has to put in by hand what the hub is about to give.</summary>
    [Fact(Timeout = Patience)]
    public async Task Settings_whose_only_faults_are_in_the_hubs_lines_are_mended_by_joining()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        string ctrl = NewNode(harbour);
        string file = Path.Combine(ctrl, "sbbs.ini");
        string half = (await File.ReadAllTextAsync(file, Ct)).Replace(
            "Options = ALLOW_POP3",
            "Options = ALLOW_POP3 | RELAY_TX | RELAY_AUTH_CRAM_MD5\n\tRelayServer =\n\tRelayPort = abc\n\tRelayUsername =",
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(file, half, Ct);
        Assert.Null(Session.ReadSettings(ctrl, quiet: true).Settings);
        var sysop = new SysopAtDesk("yes", "");

        Assert.True(await JoinAsync(harbour, ctrl, sysop, invitation.Code) == ExitCode.Ok, sysop.Text);

        Assert.Contains("RelayUsername is blank", sysop.Text, StringComparison.Ordinal);
        Assert.Contains("the hub's lines will mend that", sysop.Text, StringComparison.Ordinal);
        Relay.Configuration.RelaySettings relay = Session.ReadSettings(ctrl, quiet: true).Settings!.Relay!;
        Assert.Equal(("hub.example", Relay.Configuration.RelayMechanism.Plain), (relay.Server, relay.Mechanism));
    }

    [Fact(Timeout = Patience)]
    public async Task Settings_with_another_fault_are_left_alone_and_the_hub_is_not_asked()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        string ctrl = NewNode(harbour);
        string file = Path.Combine(ctrl, "sbbs.ini");
        string wrong = (await File.ReadAllTextAsync(file, Ct)).Replace(
            "Options = ALLOW_POP3",
            "Options = ALLOW_POP3\n\tMaxClients = many\n\tRelayPort = abc",
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(file, wrong, Ct);
        byte[] before = await File.ReadAllBytesAsync(file, Ct);
        var sysop = new SysopAtDesk("yes", "");

        Assert.Equal(ExitCode.Configuration, await JoinAsync(harbour, ctrl, sysop, invitation.Code));

        Assert.Contains("MaxClients", sysop.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("RelayPort", sysop.Text, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(ctrl, "sbbs.ini"), Ct));
        Assert.Equal("open", Assert.Single(await harbour.Hub.Operations.ListInvitationsAsync(Ct)).State);
    }

    [Fact(Timeout = Patience)]
    public async Task A_join_whose_answer_was_lost_goes_on_on_the_same_machine_and_on_no_other()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        string ctrl = NewNode(harbour);
        // As it is when the hub has made the account, and the line is cut before its answer.
        PendingJoin begun = PendingJoin.Begin(harbour.HubUrl, invitation.Code, isApplication: false);
        begun.Write(ctrl, TimeProvider.System);
        using var client = new EnrolmentClient(new Uri(harbour.HubUrl), Pin(harbour), TimeProvider.System);
        JoinAnswer lost = (await client.JoinAsync(Request(begun, await TermsAsync(client)), Ct)).Value!;

        var thief = new SysopAtDesk("yes");
        Assert.Equal(ExitCode.Failed, await JoinAsync(harbour, NewNode(harbour), thief, invitation.Code));
        Assert.Equal(ExitCode.Ok, await JoinAsync(harbour, ctrl, new SysopAtDesk("yes", ""), invitation.Code));

        Assert.Contains("used up", thief.Text, StringComparison.Ordinal);
        (Relay.Configuration.Settings? settings, _) = Session.ReadSettings(ctrl, quiet: true);
        Assert.Equal((lost.Account, lost.Password), (settings!.Relay!.Username, settings.Relay.Password.RevealValue()));
    }

    [Fact(Timeout = Patience)]
    public async Task Of_many_who_have_one_code_one_gets_in()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        using var client = new EnrolmentClient(new Uri(harbour.HubUrl), Pin(harbour), TimeProvider.System);
        string terms = await TermsAsync(client);

        EnrolmentResult<JoinAnswer>[] results = await Task.WhenAll(
            Enumerable
                .Range(0, EnrolmentBrake.PerClient)
                .Select(_ => client.JoinAsync(Request(PendingJoin.Begin("", invitation.Code, isApplication: false), terms), Ct))
        );

        Assert.Single(results, result => result.Value is not null);
        Assert.All(results.Where(result => result.Value is null), result => Assert.Equal(EnrolmentFault.Used, result.Fault));
        Assert.Equal(2, (await harbour.Hub.Operations.ListAccountsAsync(Ct)).Count);
    }

    [Fact(Timeout = Patience)]
    public async Task Who_tries_code_after_code_is_held_up()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        using var client = new EnrolmentClient(new Uri(harbour.HubUrl), Pin(harbour), TimeProvider.System);
        var faults = new List<EnrolmentFault>();
        for (int i = 0; i <= EnrolmentBrake.PerClient; i++)
            faults.Add(
                (await client.JoinAsync(Request(PendingJoin.Begin("", InvitationCode.Generate().Text, false), "old"), Ct)).Fault
            );

        Assert.Equal(EnrolmentFault.TooManyRequests, faults[^1]);
        Assert.All(faults.SkipLast(1), fault => Assert.Equal(EnrolmentFault.UnknownCode, fault));
    }

    [Fact(Timeout = Patience)]
    public async Task An_applicant_waits_for_the_operator_and_joins_when_he_approves()
    {
        await using Harbour harbour = await Harbour.OpenAsync("EnrolmentApplications = true");
        string ctrl = NewNode(harbour);
        JoinPlan withContact(JoinPlan plan) => plan with { Id = "EAGER", Contact = "sam@new.example", TestTo = "" };
        JoinPlan withDomain(JoinPlan plan) => withContact(plan) with { Domain = "new.example" };

        var first = new SysopAtDesk("yes");
        Assert.True(await JoinAsync(harbour, ctrl, first, null, withDomain) == ExitCode.TemporaryFailure, first.Text);
        Assert.Equal(ExitCode.TemporaryFailure, await JoinAsync(harbour, ctrl, new SysopAtDesk("yes"), null, withContact));
        ApplicationRow application = Assert.Single(await harbour.Hub.Operations.ListApplicationsAsync(Ct));
        Assert.Equal(("EAGER", "sam@new.example", "waiting"), (application.Id, application.Contact, application.State));
        Assert.Contains(
            (await harbour.Hub.Operations.StatusAsync(Ct)).Alarms,
            alarm => alarm.Text.Contains("invite requests", StringComparison.Ordinal)
        );

        Assert.NotNull((await harbour.Hub.Operations.ApproveAsync(application.Name, Ct)).Value);
        var second = new SysopAtDesk("yes");
        Assert.True(await JoinAsync(harbour, ctrl, second, null, withContact) == ExitCode.Ok, second.Text);
        AccountRow account = (await harbour.Hub.Operations.ShowAccountAsync("EAGER", Ct)).Value!;
        // He said so when he applied; the last time he said nothing.
        Assert.Equal("new.example", Assert.Single(account.Domains!).Name);
        Assert.Contains("_packetboat.new.example", second.Text, StringComparison.Ordinal);
        Assert.Empty((await harbour.Hub.Operations.StatusAsync(Ct)).Alarms);
    }

    [Fact(Timeout = Patience)]
    public async Task A_refused_applicant_reads_why_and_a_hub_that_takes_none_says_so()
    {
        await using Harbour harbour = await Harbour.OpenAsync("EnrolmentApplications = true");
        string ctrl = NewNode(harbour);
        JoinPlan withContact(JoinPlan plan) => plan with { Id = "EAGER", Contact = "sam@new.example" };
        await JoinAsync(harbour, ctrl, new SysopAtDesk("yes"), null, withContact);
        string name = (await harbour.Hub.Operations.ListApplicationsAsync(Ct))[0].Name;
        await harbour.Hub.Operations.RefuseAsync(name, "no berth is free", Ct);

        string before = await File.ReadAllTextAsync(Path.Combine(ctrl, "sbbs.ini"), Ct);
        var sysop = new SysopAtDesk("yes");
        Assert.Equal(ExitCode.Failed, await JoinAsync(harbour, ctrl, sysop, null, withContact));
        Assert.Contains(
            "has refused: no berth is free. No account was made and no setting changed. Write to postmaster@",
            sysop.Text,
            StringComparison.Ordinal
        );
        Assert.Contains($"to apply anew: packetboat join {harbour.HubUrl}", sysop.Text, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(ctrl, "sbbs.ini"), Ct));
        Assert.Equal(["sbbs.ini"], Directory.GetFileSystemEntries(ctrl).Select(Path.GetFileName));
        Assert.NotNull((await harbour.Hub.Operations.ShowAccountAsync("EAGER", Ct)).Refusal);
        await using Harbour closed = await Harbour.OpenAsync("");
        var other = new SysopAtDesk("yes");
        Assert.Equal(ExitCode.Failed, await JoinAsync(closed, NewNode(closed), other, null, withContact));
        Assert.Contains("takes no applications", other.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task The_operators_own_terms_are_shown_and_a_change_is_noticed()
    {
        await using Harbour harbour = await Harbour.OpenAsync("EnrolmentTerms = sbbs.ini");
        IssuedInvitation invitation = await InviteAsync(harbour, new InvitationWish());
        using var client = new EnrolmentClient(new Uri(harbour.HubUrl), Pin(harbour), TimeProvider.System);

        HubDescription hub = (await client.DescribeAsync(Ct)).Value!;
        Assert.Contains("SubmissionPort", hub.Terms, StringComparison.Ordinal);
        JoinRequest old = Request(PendingJoin.Begin("", invitation.Code, false), EnrolmentTerms.BuiltIn.Version);
        Assert.Equal(EnrolmentFault.TermsNotAccepted, (await client.JoinAsync(old, Ct)).Fault);
    }

    [Fact(Timeout = Patience)]
    public async Task A_hub_says_from_where_it_sees_who_asks_and_not_without_end()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        using var client = new EnrolmentClient(new Uri(harbour.HubUrl), Pin(harbour), TimeProvider.System);
        for (int i = 0; i < EnrolmentBrake.PerClient; i++)
            Assert.Equal("127.0.0.1", (await client.AddressAsync(Ct)).Value!.Address);

        // The doctor's side says what is in the way, and does not wait for it.
        Assert.Contains(
            "too many tries",
            (await AskAsync(harbour.HubUrl, Fingerprint(harbour)))!.HubTrouble,
            StringComparison.Ordinal
        );
        Assert.Equal(EnrolmentFault.TooManyRequests, (await client.AddressAsync(Ct)).Fault);
        // Who is held up there may still join.
        JoinRequest ask = Request(PendingJoin.Begin("", InvitationCode.Generate().Text, false), "old");
        Assert.Equal(EnrolmentFault.UnknownCode, (await client.JoinAsync(ask, Ct)).Fault);
    }

    [Fact(Timeout = Patience)]
    public async Task The_doctor_learns_from_a_hub_how_others_see_this_machine()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");

        Assert.Equal((IPAddress.Loopback, "127.0.0.1"), (await AskAsync(harbour.HubUrl, Fingerprint(harbour)))!.Seen);
        // No authority vouches for this one, and the examination goes on without it.
        Subject told = (await AskAsync(harbour.HubUrl, pin: null))!;
        Assert.Null(told.Seen);
        Assert.Contains("it is not verified", told.HubTrouble, StringComparison.Ordinal);
        Assert.Null(await AskAsync("http://hub.example", pin: null));
    }

    private static Task<Subject?> AskAsync(string hub, string? pin) =>
        DoctorHub.AskAsync(new Subject("/nowhere", null, [], "node.example"), hub, pin, TimeProvider.System, Ct);

    [Fact(Timeout = Patience)]
    public async Task The_api_takes_nothing_large_nothing_else_and_shows_no_control_verb()
    {
        await using Harbour harbour = await Harbour.OpenAsync("");
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
            }
        )
        {
            BaseAddress = new Uri(harbour.HubUrl),
        };

        using var large = new StringContent(new string(' ', EnrolmentApi.MaxRequest + 1), Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync("/enrolment/v1/join", large, Ct)).StatusCode);
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await http.PostAsync("/enrolment/v1/join", text, Ct)).StatusCode);
        using var broken = new StringContent("{\"code\":", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/enrolment/v1/join", broken, Ct)).StatusCode);
        using var verb = new StringContent("{}", Encoding.UTF8, "application/json");
        foreach (string path in new[] { "/v1/account/list", "/v1/status", "/v1/invite/list", "/" })
            Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync(path, verb, Ct)).StatusCode);
    }

    /// <summary>A spoke that was never started, with the words of its sysop in its settings.</summary>
    private static string NewNode(Harbour harbour)
    {
        string ctrl = Path.Combine(harbour.NewFolder(), "ctrl");
        Directory.CreateDirectory(ctrl);
        File.WriteAllText(Path.Combine(ctrl, "sbbs.ini"), Settings(harbour) + "\n");
        return ctrl;
    }

    private static string Settings(Harbour harbour) =>
        $"""
            ; Mail of New BBS. Do not touch!
            [Mail]	our mail server
            	; Only this machine
            	Interface = 127.0.0.1
            	SMTPPort = {FreePorts.Find(1)[0]}
            	Options = ALLOW_POP3
            	HostName = new.example
            	DNSServer = {harbour.Dns.Endpoint}

            [Web]
            	; not ours
            	Port = 80
            """;

    private static string Fingerprint(Harbour harbour)
    {
        string pem = File.ReadAllText(harbour.HubCertificate);
        using var own = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(pem);
        return own.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
    }

    private static HubPin? Pin(Harbour harbour)
    {
        Assert.True(HubPin.TryParse(Fingerprint(harbour), out HubPin? pin));
        return pin;
    }

    /// <summary>Of a node that does not run.</summary>
    private static async Task<IReadOnlyList<AuditEntry>> AuditAsync(string ctrl)
    {
        await using Session session = await Session.OpenAsync(Session.ReadSettings(ctrl, quiet: true).Settings!, Ct);
        return await session.Operations.ListAuditAsync(null, 10, Ct);
    }

    private static async Task<IssuedInvitation> InviteAsync(Harbour harbour, InvitationWish wish)
    {
        IssuedInvitation issued = (await harbour.Hub.Operations.InviteAsync(wish, Ct)).Value!;
        Assert.Matches($"^packetboat join https://hub.example:[0-9]+ {issued.Code} --pin [0-9a-f]{{64}}$", issued.Command);
        return issued;
    }

    private static async Task<string> TermsAsync(EnrolmentClient client) => (await client.DescribeAsync(Ct)).Value!.TermsVersion;

    private static JoinRequest Request(PendingJoin pending, string terms) =>
        new()
        {
            Code = pending.Code,
            Key = pending.Key,
            Terms = terms,
        };

    private static Task<int> JoinAsync(
        Harbour harbour,
        string ctrl,
        SysopAtDesk sysop,
        string? code,
        Func<JoinPlan, JoinPlan>? with = null
    )
    {
        var plan = new JoinPlan(new Uri(harbour.HubUrl), code, Pin(harbour));
        return JoinCommand.RunAsync(with?.Invoke(plan) ?? plan, ctrl, sysop, TimeProvider.System, Ct);
    }
}
