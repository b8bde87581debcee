using System.CommandLine;
using Packetboat.Commands;
using Packetboat.Serving;

namespace Packetboat.Tests.Commands;

public sealed class ServeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pb-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_server_that_needs_its_whole_deadline_to_end_is_not_cut_off_by_the_command_line()
    {
        ParseResult parsed = Verbs.Root().Parse(["serve", "--ctrl", _folder]);

        Assert.True(Verbs.EndPatience(parsed) > MailServer.ShutdownPatience);
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_while_it_starts_ends_well()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "sbbs.ini"),
            "[Mail]\nHostName = spoke.example\nInterface = 127.0.0.1\nSMTPPort = 1\n",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "packetboat.ini"),
            $"[Store]\nDataDirectory = {_folder}/data\n",
            TestContext.Current.CancellationToken
        );

        int status = await Verbs.InvokeAsync(
            Verbs.Root().Parse(["serve", "--ctrl", _folder]),
            new CancellationToken(canceled: true)
        );

        Assert.Equal(0, status);
    }
}
