using Packetboat.Commands;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

[Collection(nameof(OneConsole))]
public sealed class AccountCredentialCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AccountCredentialCommandTests()
    {
        File.WriteAllText(_folder.File("sbbs.ini"), "[Mail]\nHostName = hub.example\n");
        File.WriteAllText(_folder.File("packetboat.ini"), "[Store]\nDataDirectory = data\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Credentials_are_added_listed_and_revoked_alone()
    {
        await RunAsync("account add MYBBS");

        CommandRun added = await RunAsync("account credential add MYBBS laptop --cram-md5");
        Assert.Contains("named     laptop\n", added.Out, StringComparison.Ordinal);
        Assert.Contains("still valid beside it: default", added.Out, StringComparison.Ordinal);
        CommandRun shown = await RunAsync("account show MYBBS");
        Assert.Matches(@"credential  laptop, set .*, last used -, CRAM-MD5 allowed\n", shown.Out);

        Assert.Equal(ExitCode.Ok, (await RunAsync("account credential revoke MYBBS LAPTOP --reason lost")).Status);
        CommandRun left = await RunAsync("account credential list MYBBS --json");
        Assert.Contains("\"name\": \"default\"", left.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("laptop", left.Out, StringComparison.Ordinal);
        Assert.Contains("laptop lost", (await RunAsync("audit MYBBS --json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_is_of_default_or_of_the_only_one_or_of_the_one_that_is_named()
    {
        await RunAsync("account add MYBBS");
        await RunAsync("account credential add MYBBS laptop");
        Assert.DoesNotContain("named", (await RunAsync("account password MYBBS")).Out, StringComparison.Ordinal);
        Assert.Contains(
            "named     laptop\n",
            (await RunAsync("account password MYBBS --credential Laptop")).Out,
            StringComparison.Ordinal
        );

        await RunAsync("account credential revoke MYBBS default");
        CommandRun only = await RunAsync("account password MYBBS");
        Assert.Contains("named     laptop\n", only.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("still valid", only.Out, StringComparison.Ordinal);

        await RunAsync("account credential add MYBBS desk");
        CommandRun which = await RunAsync("account password MYBBS");
        Assert.Equal(ExitCode.Failed, which.Status);
        Assert.Contains(
            "'MYBBS': it has several credentials, and none is called default: desk, laptop. Say which with --credential NAME.",
            which.Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("account credential add NOBODY laptop", "'NOBODY': there is no such account.")]
    [InlineData("account credential add MYBBS DEFAULT", "'DEFAULT': MYBBS has a credential of this name.")]
    [InlineData("account credential add MYBBS -", "'-': a credential's name begins and ends with a letter or digit.")]
    [InlineData("account credential revoke MYBBS desk", "'desk': MYBBS has no such credential, but default.")]
    [InlineData("account password MYBBS --credential desk", "'desk': MYBBS has no such credential, but default.")]
    public async Task What_cannot_be_done_is_refused_with_the_reason(string line, string refusal)
    {
        await RunAsync("account add MYBBS");

        CommandRun run = await RunAsync(line);

        Assert.Equal(ExitCode.Failed, run.Status);
        Assert.Contains(refusal, run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_twenty_first_is_refused()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await RunAsync("account add MYBBS");
        (Settings? settings, _) = Session.ReadSettings(_folder.Path, quiet: true);
        await using (Session session = await Session.OpenAsync(settings!, ct))
        {
            for (int i = 2; i <= 20; i++)
                Assert.Null(
                    (await session.Operations.AddCredentialAsync("MYBBS", new CredentialWish { Name = $"c{i}" }, ct)).Refusal
                );
        }

        CommandRun more = await RunAsync("account credential add MYBBS c21");

        Assert.Contains("'c21': MYBBS has 20 credentials already.", more.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_a_credential_is_said_to_be_unable_to_sign_in()
    {
        await RunAsync("account add MYBBS");

        CommandRun run = await RunAsync("account credential revoke MYBBS default");

        Assert.Equal(
            "MYBBS has no credentials: it cannot sign in. Add one: packetboat account credential add MYBBS NAME\n",
            run.Out.ReplaceLineEndings("\n")
        );
    }

    [Fact]
    public async Task A_key_is_added_by_its_certificate_or_its_fingerprint_and_once()
    {
        await RunAsync("account add MYBBS");
        await File.WriteAllTextAsync(
            _folder.File("client.pem"),
            TestCertificate.ClientPem,
            TestContext.Current.CancellationToken
        );

        CommandRun added = await RunAsync($"account credential add MYBBS yubikey --certificate {_folder.File("client.pem")}");
        Assert.Contains($"key       {TestCertificate.ClientKeyFingerprint}\n", added.Out, StringComparison.Ordinal);
        CommandRun again = await RunAsync(
            $"account credential add MYBBS other --key-fingerprint {TestCertificate.ClientKeyFingerprint}"
        );
        Assert.Contains("it signs in MYBBS already, as its credential yubikey", again.Error, StringComparison.Ordinal);
        CommandRun password = await RunAsync("account password MYBBS --credential yubikey");
        Assert.Contains("'yubikey': it is a key and has no password.", password.Error, StringComparison.Ordinal);
        CommandRun bad = await RunAsync("account credential add MYBBS other --key-fingerprint SHA256:abc");
        Assert.Contains("'SHA256:abc': it is not the SHA-256 of a public key.", bad.Error, StringComparison.Ordinal);
        CommandRun none = await RunAsync($"account credential add MYBBS other --certificate {_folder.File("sbbs.ini")}");
        Assert.Equal(ExitCode.Usage, none.Status);
    }

    [Fact]
    public async Task What_is_required_is_shown_and_taken_back()
    {
        await RunAsync("account add MYBBS");

        CommandRun required = await RunAsync("account require MYBBS --mechanisms scram-sha-256,EXTERNAL --tls");
        Assert.Equal("MYBBS signs in by SCRAM-SHA-256 or EXTERNAL, over TLS only\n", required.Out);
        CommandRun shown = await RunAsync("account show MYBBS");
        Assert.Contains("signs in    by SCRAM-SHA-256 or EXTERNAL, over TLS only\n", shown.Out, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-256 EXTERNAL, TLS", (await RunAsync("audit MYBBS --json")).Out, StringComparison.Ordinal);

        CommandRun any = await RunAsync("account require MYBBS --any");
        Assert.Equal("MYBBS signs in by any mechanism that is offered\n", any.Out);
        CommandRun unknown = await RunAsync("account require MYBBS --mechanisms SCRAM-SHA-1");
        Assert.Contains("'SCRAM-SHA-1': there is no such mechanism here.", unknown.Error, StringComparison.Ordinal);
        Assert.NotEqual(ExitCode.Ok, (await RunAsync("account require MYBBS")).Status);
    }

    private Task<CommandRun> RunAsync(string line) => CommandRun.OfAsync([.. line.Split(' '), "--ctrl", _folder.Path]);
}
