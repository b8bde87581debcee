using Packetboat.Commands;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

[Collection(nameof(OneConsole))]
public sealed class AccountImportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AccountImportCommandTests()
    {
        File.WriteAllText(_folder.File("sbbs.ini"), "[Mail]\nHostName = hub.example\n");
        File.WriteAllText(_folder.File("packetboat.ini"), "[Store]\nDataDirectory = data\n");
        File.WriteAllBytes(_folder.File("user.tab"), SampleUserTab.All);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nodes_become_accounts_the_rest_is_told_and_no_password_is_printed()
    {
        CommandRun run = await RunAsync("account import", _folder.File("user.tab"));

        Assert.Equal(ExitCode.Failed, run.Status);
        Assert.Contains("2 accounts made, 8 refused, 2 other users left out\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("its password has characters beyond ASCII. Give it another", run.Out, StringComparison.Ordinal);
        foreach (string secret in (string[])["RelayPw1", "pole star", "silence", "sysoppw"])
            Assert.DoesNotContain(secret, run.Out + run.Error, StringComparison.Ordinal);
        string accounts = (await RunAsync("account list --json")).Out;
        Assert.Contains("\"id\": \"MYBBS\"", accounts, StringComparison.Ordinal);
        Assert.Contains("imported from Synchronet, user 3", accounts, StringComparison.Ordinal);
        string audit = (await RunAsync("audit MYBBS --json")).Out;
        Assert.Contains("\"action\": \"account add\"", audit, StringComparison.Ordinal);
        Assert.Contains("imported from Synchronet, user 2", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_import_makes_nothing_twice()
    {
        await RunAsync("account import", _folder.Path);

        CommandRun again = await RunAsync("account import", _folder.Path);

        Assert.Contains("0 accounts made, 10 refused", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_changes_nothing()
    {
        CommandRun run = await RunAsync("account import --dry-run --only Sam --only MYBBS", _folder.Path);

        Assert.Contains("would be made", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 accounts would be made, 1 refused", run.Out, StringComparison.Ordinal);
        Assert.Equal("[]", (await RunAsync("account list --json")).Out.Trim());
    }

    [Fact]
    public async Task All_that_was_named_and_made_is_a_success()
    {
        CommandRun run = await RunAsync("account import --only Sam --only NORTH-1", _folder.Path);

        Assert.Equal(ExitCode.Ok, run.Status);
    }

    [Fact]
    public async Task A_file_that_is_none_is_said_to_be_none()
    {
        CommandRun missing = await RunAsync("account import", _folder.File("user.dat"));
        Assert.Equal(ExitCode.IoError, missing.Status);
        Assert.Contains("Name Synchronet's data/user/user.tab.", missing.Error, StringComparison.Ordinal);

        CommandRun other = await RunAsync("account import", _folder.File("sbbs.ini"));
        Assert.Equal(ExitCode.Failed, other.Status);
        Assert.Contains("it is cut off, or no user.tab", other.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(string line, params string[] rest) =>
        CommandRun.OfAsync([.. line.Split(' '), .. rest, "--ctrl", _folder.Path]);
}
