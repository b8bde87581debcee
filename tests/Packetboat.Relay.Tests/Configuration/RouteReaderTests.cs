using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>The sections <c>[Route:NAME]</c> of <c>packetboat.ini</c>.</summary>
public sealed class RouteReaderTests
{
    [Fact]
    public void A_rule_has_a_relay_of_its_own()
    {
        ConfigurationResult read = Read(
            """
            [Route:partner]
            Action = relay
            SenderDomain = Example.COM, *.example.net
            Relay = smtp.partner.example:465
            Username = me
            Password = let me in
            Auth = login
            Tls = any
            OutboundInterface = 192.0.2.7
            """
        );

        Assert.Empty(read.Problems);
        RouteRule rule = Assert.Single(read.Settings!.Routes);
        Assert.Equal(("partner", RouteAction.Relay), (rule.Name, rule.Action));
        Assert.Equal("example.com, *.example.net", string.Join(", ", rule.Senders));
        RelaySettings relay = rule.Relay!;
        Assert.Equal(("smtp.partner.example", 465, true), (relay.Server, relay.Port, relay.ImplicitTls));
        Assert.Equal((RelayMechanism.Login, "me", "let me in"), (relay.Mechanism, relay.Username, relay.Password.RevealValue()));
        Assert.Equal((RelayTls.Any, "192.0.2.7", "partner"), (relay.Tls, relay.Source4!.ToString(), relay.Rule));
        Assert.Equal("(set)", read.Values.Single(value => value.Section == "Route:partner" && value.Key == "Password").Value);
    }

    [Fact]
    public void A_password_may_stand_in_a_file_of_its_own()
    {
        using ConfigurationFolder folder = new ConfigurationFolder()
            .With("sbbs.ini", "[Mail]\n")
            .With("relay.secret", "from the file\n")
            .With("packetboat.ini", "[Route:a]\nAction=relay\nRelay=relay.example\nUsername=me\nPasswordFile=relay.secret\n");

        RelaySettings relay = folder.Read().Settings!.Routes[0].Relay!;

        Assert.Equal((587, RelayMechanism.Strongest), (relay.Port, relay.Mechanism));
        Assert.Equal("from the file", relay.Password.RevealValue());
    }

    [Fact]
    public void A_relay_may_be_shown_a_certificate_instead_of_a_password()
    {
        using ConfigurationFolder folder = new ConfigurationFolder()
            .With("sbbs.ini", "[Mail]\n")
            .With("client.pem", "")
            .With("client.key", "")
            .With("both.pem", "")
            .With(
                "packetboat.ini",
                "[Route:a]\nAction=relay\nRelay=relay.example\nAuth=external\nCertificate=client.pem\nCertificateKey=client.key\n"
                    + "Backups=b\n[Relay:b]\nServer=b.example\nCertificate=both.pem\n[Relay:unused]\nServer=c.example\nCertificate=client.pem\n"
            );

        ConfigurationResult read = folder.Read();

        Assert.Empty(read.Problems);
        RelaySettings relay = read.Settings!.Routes[0].Relay!;
        Assert.Equal((RelayMechanism.External, ""), (relay.Mechanism, relay.Username));
        Assert.Equal(
            "client.pem client.key",
            $"{Path.GetFileName(relay.Certificate!.File)} {Path.GetFileName(relay.Certificate.KeyFile)}"
        );
        ClientCertificate both = read.Settings.Routes[0].Backups[0].Certificate!;
        Assert.Equal(both.File, both.KeyFile);
        Assert.Equal([both, relay.Certificate], read.Settings.ClientCertificates);
        Assert.Equal([both.File, relay.Certificate.KeyFile], read.Settings.SecretFiles);
        Assert.Contains(
            "not a usable certificate and key",
            relay.Certificate.Review(TimeProvider.System)!.Value.Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_a_relay_of_its_own_a_rule_means_RelayServer()
    {
        ConfigurationResult read = ConfigurationFolder.ReadFile(
            "[Mail]\nRelayServer=hub.example\nRelayPort=587\nRelayUsername=MYBBS\nRelayPassword=secret\n",
            "[Route:gmail]\nAction=relay\nRecipientDomain=gmail.com\n"
        );

        RelaySettings relay = read.Settings!.Routes[0].Relay!;
        Assert.Equal(("hub.example", 587, "MYBBS", "gmail"), (relay.Server, relay.Port, relay.Username, relay.Rule));
        Assert.Equal(DeliveryMode.Direct, read.Settings.Packetboat.DeliveryMode);
    }

    [Theory]
    [InlineData("Action=direct\nRecipientDomain=one.example", "of CLUB to one.example")]
    [InlineData("Action=direct\nRecipientDomain=*.two.example", "of CLUB to a.two.example")]
    [InlineData("Action=direct\nRecipientDomain=one.example\nSenderDomain=x.example", "")] // an exception
    [InlineData("Action=direct\nAccount=OTHER", "")]
    [InlineData("Action=direct\nRecipientDomain=three.example", "")]
    [InlineData("Action=direct\nRecipientDomain=one.example, *.two.example", "of CLUB to one.example, of CLUB to a.two.example")]
    [InlineData(
        "Action=never\nRecipientDomain=one.example\n[Route:later]\nAction=direct\nRecipientDomain=one.example, x.example",
        ""
    )]
    [InlineData("Action=never\nRecipientDomain=one.example", "")]
    public void Mail_that_is_to_stay_by_name_and_leaves_by_an_earlier_rule_is_warned_of(string earlier, string mail)
    {
        ConfigurationResult read = Read(
            $"[Route:early]\n{earlier}\n[Route:inside]\nAction=never\nAccount=CLUB\nRecipientDomain=one.example, a.two.example, z.example\n"
        );

        Assert.NotNull(read.Settings);
        string said = string.Concat(read.Problems.Select(problem => problem.ToString()));
        Assert.Equal(mail.Length == 0, said.Length == 0);
        if (mail.Length > 0)
            Assert.Contains(
                $"its mail {mail} leaves all the same: [Route:early] at ctrl/packetboat.ini:1 takes that before it; move it in front",
                said,
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("", "SenderDomain = a.example")]
    [InlineData("RecipientDomain = *.example", "RecipientDomain = a.example, b.a.example")]
    [InlineData("SenderDomain = a.example", "SenderDomain = a.example\nRecipientDomain = b.example")]
    [InlineData("Account = MYBBS, OTHER", "Account = mybbs")]
    public void A_rule_that_never_counts_is_an_error_that_names_both(string first, string second)
    {
        ConfigurationResult read = Read($"[Route:wide]\nAction=direct\n{first}\n[Route:narrow]\nAction=never\n{second}\n");

        Assert.Null(read.Settings);
        string problem = Assert.Single(read.Problems).ToString();
        Assert.Contains("[Route:narrow]", problem, StringComparison.Ordinal);
        Assert.Contains("[Route:wide] at ctrl/packetboat.ini:1 takes all of its mail", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RecipientDomain = a.example", "RecipientDomain = b.example", "RecipientDomain = a.example, b.example")]
    [InlineData("RecipientDomain = *.a.example", "RecipientDomain = a.example", "RecipientDomain = *.a.example, a.example")]
    [InlineData("Account = MYBBS", "Account = OTHER", "Account = MYBBS, OTHER\nSenderDomain = a.example")]
    public void A_rule_that_two_leave_nothing_for_is_an_error_that_names_all(string first, string second, string third)
    {
        ConfigurationResult read = Read(
            $"[Route:one]\nAction=direct\n{first}\n[Route:two]\nAction=direct\n{second}\n[Route:three]\nAction=never\n{third}\n"
        );

        Assert.Null(read.Settings);
        Assert.Contains(
            "[Route:one] at ctrl/packetboat.ini:1 and [Route:two] at ctrl/packetboat.ini:4 take all of its mail before it; move it in front of them",
            Assert.Single(read.Problems).ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_rule_of_which_two_leave_a_part_is_none()
    {
        ConfigurationResult read = Read(
            "[Route:one]\nAction=direct\nAccount=A1\nRecipientDomain=a.example\n[Route:two]\nAction=direct\nAccount=B1\nRecipientDomain=b.example\n"
                + "[Route:three]\nAction=direct\nAccount=A1, B1\nRecipientDomain=a.example, b.example\n"
        );

        Assert.Empty(read.Problems);
    }

    [Theory]
    [InlineData("SenderDomain = a.example", "")]
    [InlineData("SenderDomain = a.example", "RecipientDomain = a.example")]
    [InlineData("RecipientDomain = *.a.example", "RecipientDomain = a.example")]
    [InlineData("RecipientDomain = a.example", "RecipientDomain = *.a.example")]
    [InlineData("RecipientDomain = a.example", "RecipientDomain = a.example, b.example")]
    [InlineData("Account = MYBBS", "SenderDomain = a.example")]
    public void A_rule_that_some_mail_reaches_is_none(string first, string second)
    {
        ConfigurationResult read = Read($"[Route:one]\nAction=direct\n{first}\n[Route:two]\nAction=direct\n{second}\n");

        Assert.Empty(read.Problems);
        Assert.Equal(["one", "two"], read.Settings!.Routes.Select(rule => rule.Name));
    }

    [Fact]
    public void Relays_behind_a_relay_have_their_own_ways()
    {
        ConfigurationResult read = ConfigurationFolder.ReadFile(
            "[Mail]\nOptions=RELAY_TX\nRelayServer=hub.example\n",
            """
            [Relay]
            RelayBackups = far, near
            [Relay:near]
            Server = near.example:465
            Username = me
            Password = secret
            Tls = verified
            OutboundInterface = 192.0.2.7
            [Relay:far]
            Server = far.example
            [Route:club]
            Action = relay
            Relay = club.example
            Backups = near
            """
        );

        Assert.Empty(read.Problems);
        Settings settings = read.Settings!;
        Assert.Equal(["far.example:587", "near.example:465"], settings.Backups.Select(relay => $"{relay.Server}:{relay.Port}"));
        RelaySettings near = settings.Backups[1];
        Assert.Equal(
            (true, "me", RelayTls.Verified, "192.0.2.7"),
            (near.ImplicitTls, near.Username, near.Tls, near.Source4!.ToString())
        );
        Assert.Equal(("near", "club"), (settings.Routes[0].Backups[0].Backup, settings.Routes[0].Backups[0].Rule));
        Assert.Equal("", settings.Routes[0].Relay!.Backup);
    }

    [Theory]
    [InlineData("[Route:a]\nSenderDomain=a.example", "nothing says what is done with this mail")]
    [InlineData("[Route:a]\nAction=relai\nRelay=r.example", "not one of direct, relay, auto, never")]
    [InlineData("[Route:a]\nAction=relay", "there is no relay")]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example:0", "neither host nor host:port")]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example\nUsername=me", "both a name and a password")]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example\nAuth=external", "EXTERNAL shows a certificate, and there is none")]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example\nCertificate=none.pem", "there is no file")]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example\nCertificateKey=packetboat.ini", "a key without a certificate")]
    [InlineData(
        "[Route:a]\nAction=relay\nRelay=r.example\nAuth=external\nPassword=x\nCertificate=packetboat.ini",
        "the certificate is shown instead"
    )]
    [InlineData("[Route:a]\nAction=direct\nAuth=plain", "only Action=relay and Action=auto have a relay")]
    [InlineData("[Route:a]\nAction=direct\nTls=verified", "only Action=relay and Action=auto have a relay")]
    [InlineData("[Route:a]\nAction=direct\nCertificate=packetboat.ini", "only Action=relay and Action=auto have a relay")]
    [InlineData("[Relay]\nRelayServer=hub.example\n[Route:a]\nAction=relay\nAuth=scram-sha-256", "as sbbs.ini says")]
    [InlineData("[Route:a]\nAction=direct\nRelay=r.example", "only Action=relay and Action=auto have a relay")]
    [InlineData("[Route:a]\nAction=direct\nSenderDomain=a b", "'a b' is no domain")]
    [InlineData("[Route:a]\nAction=direct\nAccount=!", "is no account")]
    [InlineData("[Route:a]\nAction=direct\nSenderDomian=a.example", "did you mean SenderDomain?")]
    [InlineData(
        "[Route:a]\nAction=direct\nBackups=b\n[Relay:b]\nServer=b.example",
        "only Action=relay and Action=auto have a relay"
    )]
    [InlineData(
        "[Route:a]\nAction=relay\nRelay=r.example\nBackups=secnd\n[Relay:second]\nServer=b.example",
        "did you mean second?"
    )]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example\nBackups=b,B\n[Relay:b]\nServer=b.example", "stands there twice")]
    [InlineData("[Relay]\nRelayBackups=other", "there is no section [Relay:other]")]
    [InlineData("[Relay:b]\nUsername=me", "nothing says which server it is")]
    [InlineData("[Relay:b]\nServer=b.example:x", "neither host nor host:port")]
    [InlineData("[Relay:b]\nServer=b.example\nUsername=me", "both a name and a password")]
    [InlineData("[Relay:b]\nServer=b.example\nUser=me", "no such key")]
    [InlineData("[Relay:a b]\nServer=b.example", "the name of a relay has letters")]
    [InlineData("[Route:a b]\nAction=direct", "the name of a rule has letters")]
    [InlineData("[Route:]\nAction=direct", "the name of a rule has letters")]
    [InlineData("[Route:a]\nAction=relay\nRelay=r.example\nUsername=me\nPasswordFile=none", "there is no file")]
    public void What_cannot_be_meant_is_refused(string lines, string reason)
    {
        ConfigurationResult read = Read(lines);

        Assert.Null(read.Settings);
        Assert.Contains(read.Problems, problem => problem.ToString().Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_rules_of_a_name_the_first_is_read_and_the_other_pointed_out()
    {
        ConfigurationResult read = Read("[Route:a]\nAction=direct\nAccount=MYBBS\n[Route:A]\nAction=never\n");

        Assert.Equal(RouteAction.Direct, Assert.Single(read.Settings!.Routes).Action);
        Assert.Contains("is not", Assert.Single(read.Problems).Reason, StringComparison.Ordinal);
    }

    private static ConfigurationResult Read(string packetboat) => ConfigurationFolder.ReadFile("[Mail]\n", packetboat);
}
