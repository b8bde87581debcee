using Packetboat.Commands;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

/// <summary><c>explain</c> for an account.</summary>
[Collection(nameof(OneConsole))]
public sealed class ExplainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ExplainCommandTests()
    {
        File.WriteAllText(
            _folder.File("sbbs.ini"),
            "[Mail]\nHostName = hub.example\nOptions = RELAY_TX\nRelayServer = mx.example\n"
        );
        File.WriteAllText(_folder.File("packetboat.ini"), "[Store]\nDataDirectory = data\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_account_that_is_not_there_is_a_refusal_and_no_route()
    {
        await RunAsync("account add MYBBS");

        CommandRun unknown = await RunAsync("explain joe@far.example --account MYBSS");
        Assert.Equal((ExitCode.Failed, ""), (unknown.Status, unknown.Out));
        Assert.Contains("MYBSS", unknown.Error, StringComparison.Ordinal);

        CommandRun known = await RunAsync("explain joe@far.example --account MYBBS");
        Assert.Equal(ExitCode.Ok, known.Status);
        Assert.Contains("relay mx.example", known.Out, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(string line) => CommandRun.OfAsync([.. line.Split(' '), "--ctrl", _folder.Path]);
}
