using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Commands;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary><c>config check</c> looks at the files beside the settings too.</summary>
[Collection(nameof(OneConsole))]
public sealed class ConfigCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hub_whose_postmaster_nobody_reads_is_told_what_to_write()
    {
        Write("Options = USE_SUBMISSION_PORT");
        File.WriteAllText(_folder.File("alias.cfg"), "abuse@hub.example you@example.org\n");

        CommandRun run = await CommandRun.OfAsync("config", "check", "--ctrl", _folder.Path);

        Assert.Equal(ExitCode.Ok, run.Status);
        Assert.Contains(
            $"warning: {_folder.File("alias.cfg")}: nobody gets mail for postmaster@hub.example: it is refused; write a line: postmaster@hub.example    you@example.org\n",
            run.Out,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("abuse@", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_to_sign_and_is_not_there_is_made_by_the_command_that_is_printed()
    {
        Write("DKIMSign = true", "DKIMDomain = example.org", "DKIMSelector = mail");
        string key = _folder.File("dkim_mail.pem");

        CommandRun run = await CommandRun.OfAsync("config", "check", "--ctrl", _folder.Path);

        string remedy = $"packetboat dkim new example.org --selector mail --out {key}";
        Assert.Contains(
            $"mail goes out unsigned, because there is no key {key}; make it: {remedy}\n",
            run.Out,
            StringComparison.Ordinal
        );
        await CommandRun.OfAsync([.. remedy.Split(' ')[1..], "--ctrl", _folder.Path]);
        CommandRun again = await CommandRun.OfAsync("config", "check", "--ctrl", _folder.Path);
        Assert.Equal($"{_folder.Path}: the settings are good\n", again.Out);
    }

    [Theory]
    [InlineData(-3, "warning", "the certificate ended on ")]
    [InlineData(null, "error", "not a usable certificate and key")]
    public async Task A_certificate_that_no_relay_can_be_shown_is_found(int? days, string severity, string reason)
    {
        Write();
        string file = _folder.File("client.pem");
        File.WriteAllText(file, days is { } ends ? ClientPem(ends) : "no certificate");
        File.WriteAllText(
            _folder.File("packetboat.ini"),
            "[Relay]\nRelayBackups = hub\n[Relay:hub]\nServer = hub.example\nAuth = external\nCertificate = client.pem\n"
        );

        CommandRun run = await CommandRun.OfAsync("config", "check", "--ctrl", _folder.Path);

        string said = (run.Out + run.Error).Split('\n').Single(line => line.Contains(reason, StringComparison.Ordinal));
        Assert.Contains($"Certificate = \"{file}\"", said, StringComparison.Ordinal);
        Assert.Equal(severity == "error", run.Status != ExitCode.Ok);
    }

    private static string ClientPem(int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a node", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-90), now.AddDays(days));
        return $"{made.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    private void Write(params string[] lines) =>
        File.WriteAllText(_folder.File("sbbs.ini"), $"[Mail]\nHostName = hub.example\n{string.Join('\n', lines)}\n");
}
