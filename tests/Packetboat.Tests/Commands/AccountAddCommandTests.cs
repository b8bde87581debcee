using Packetboat.Commands;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary>What <c>account add</c> prints for a node's sysop to write down.</summary>
[Collection(nameof(OneConsole))]
public sealed class AccountAddCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Options = USE_SUBMISSION_PORT", "    RelayPort = 587\n")]
    [InlineData("Options = USE_SUBMISSION_PORT | TLS_SUBMISSION\nSubmissionPort = 12587", "    RelayPort = 12587\n")]
    [InlineData("Options = TLS_SUBMISSION", "    RelayPort = 465\n")]
    public async Task The_port_is_the_one_that_is_listened_on(string lines, string expected)
    {
        CommandRun run = await AddAsync(lines);

        Assert.True(run.Status == ExitCode.Ok, run.Error);
        Assert.Contains(expected, run.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_listens_for_accounts_it_is_said_and_no_port_is_made_up()
    {
        CommandRun run = await AddAsync("Options = ALLOW_POP3");

        Assert.Equal(ExitCode.Ok, run.Status);
        Assert.DoesNotContain("RelayPort", run.Out, StringComparison.Ordinal);
        Assert.Contains("it cannot send yet", run.Out, StringComparison.Ordinal);
        Assert.Contains("USE_SUBMISSION_PORT", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hubs_own_domain_and_that_of_another_account_are_not_granted()
    {
        Assert.Equal(ExitCode.Ok, (await AddAsync("Options = USE_SUBMISSION_PORT")).Status);
        await RunAsync("account", "domain", "add", "MYBBS", "bbs.example", "--grant");
        await RunAsync("account", "add", "OTHER");

        CommandRun own = await RunAsync("account", "domain", "add", "OTHER", "hub.example", "--grant");
        CommandRun taken = await RunAsync("account", "domain", "add", "OTHER", "bbs.example", "--grant");
        CommandRun asked = await RunAsync("account", "domain", "add", "OTHER", "bbs.example");
        CommandRun again = await RunAsync("account", "domain", "add", "MYBBS", "bbs.example", "--grant", "--subdomains");
        CommandRun invited = await RunAsync("invite", "new", "--domain", "bbs.example");

        Assert.Equal((ExitCode.Failed, ExitCode.Failed, ExitCode.Failed), (own.Status, taken.Status, invited.Status));
        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (asked.Status, again.Status));
        Assert.Contains("it is this hub's own", own.Error, StringComparison.Ordinal);
        Assert.Contains("account MYBBS has it already, granted", taken.Error, StringComparison.Ordinal);
        Assert.Contains("packetboat account domain remove MYBBS bbs.example", taken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_accounts_mail_is_not_released_and_what_can_be_done_is_said()
    {
        Assert.Equal(ExitCode.Ok, (await AddAsync("Options = USE_SUBMISSION_PORT")).Status);
        CommandRun removed = await RunAsync("account", "remove", "MYBBS");

        CommandRun released = await RunAsync("queue", "release", "--account", "MYBBS");

        Assert.Contains("Nothing leaves for it any more", removed.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, released.Status);
        Assert.Contains("packetboat queue bounce|drop --account MYBBS", released.Error, StringComparison.Ordinal);
    }

    private async Task<CommandRun> AddAsync(string lines)
    {
        await File.WriteAllTextAsync(_folder.File("sbbs.ini"), $"[Mail]\nHostName = hub.example\n{lines}\n", Ct);
        await File.WriteAllTextAsync(_folder.File("packetboat.ini"), "[Store]\nDataDirectory = data\n", Ct);
        return await RunAsync("account", "add", "MYBBS");
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync([.. words, "--ctrl", _folder.Path]);
}
