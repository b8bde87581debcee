using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>Which domains an account can be given at all.</summary>
[Collection(nameof(OneConsole))]
public sealed class AccountDomainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AccountDomainCommandTests()
    {
        File.WriteAllText(_folder.File("sbbs.ini"), "[Mail]\nHostName = hub.example\n");
        File.WriteAllText(_folder.File("packetboat.ini"), "[Store]\nDataDirectory = data\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("192.0.2.1", "it is an address")]
    [InlineData("co.uk", "anybody may have a domain below it: it is nobody's own. Write the domain itself, such as bbs.co.uk.")]
    [InlineData("Hub.Example.", "it is this hub's own")]
    [InlineData("localhost", "it is not a domain")]
    public async Task What_nobody_can_prove_is_not_waited_for(string domain, string why)
    {
        await RunAsync("account", "add", "MYBBS");

        CommandRun run = await RunAsync("account", "domain", "add", "MYBBS", domain);

        Assert.Equal(1, run.Status);
        Assert.StartsWith($"packetboat: '{domain}': {why}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            domain,
            (await RunAsync("account", "domain", "list", "MYBBS")).Out,
            StringComparison.OrdinalIgnoreCase
        );
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync([.. words, "--ctrl", _folder.Path]);
}
