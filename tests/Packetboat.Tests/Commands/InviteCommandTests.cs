using System.Text.Json;
using Packetboat.Commands;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

[Collection(nameof(OneConsole))]
public sealed class InviteCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InviteCommandTests()
    {
        File.WriteAllText(_folder.File("sbbs.ini"), "[Mail]\nHostName = hub.example\n");
        File.WriteAllText(_folder.File("packetboat.ini"), "[Store]\nDataDirectory = data\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_invitation_as_json_is_the_invitation_itself()
    {
        CommandRun run = await RunAsync("invite", "new", "--id", "MYBBS", "--json");

        using JsonDocument issued = JsonDocument.Parse(run.Out);
        Assert.Matches("^([a-z0-9]{5}-){4}[a-z0-9]{5}$", issued.RootElement.GetProperty("code").GetString());
        Assert.Equal("MYBBS", issued.RootElement.GetProperty("invitation").GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("invite new --expires never", ExitCode.Usage, "'--expires never': it is no duration. Write --expires 7d.")]
    [InlineData(
        "invite new --expires 1s",
        ExitCode.Failed,
        "'--expires 1s': an invitation lives a minute to 366 days. Write --expires 7d."
    )]
    [InlineData("invite new --expires 400d", ExitCode.Failed, "'--expires 400d': an invitation lives")]
    [InlineData("queue hold nosuch", ExitCode.Failed, "'nosuch': it is not a message id")]
    public async Task What_cannot_be_meant_is_said_with_the_remedy(string line, int status, string words)
    {
        CommandRun run = await RunAsync(line.Split(' '));

        Assert.Equal(status, run.Status);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync([.. words, "--ctrl", _folder.Path]);
}
