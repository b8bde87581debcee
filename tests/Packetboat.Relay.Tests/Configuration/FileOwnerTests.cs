using System.Diagnostics;
using System.Globalization;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Listening;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Signing;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>
/// An operator says a command with sudo while no server runs, and the server's user has to read what came of it. Where the tests are not
/// root's they show that nothing is given away.
/// </summary>
public sealed class FileOwnerTests : IDisposable
{
    private const uint Nobody = 65534;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => _folder.File("lib/data");

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task What_root_makes_in_the_data_folder_belongs_to_whom_that_belongs()
    {
        uint owner = await GivenAwayAsync();

        await using (SqliteStore store = SqliteStore.Open(Data, TimeProvider.System))
            await store.WriteChunkAsync(store.NextMessageNumber(), 0, new byte[IQueueStore.ChunkSize], Ct);
        SecretBox.Open(Data);
        SelfSignedCertificate.Ensure(
            Path.Combine(Data, "certificate.pem"),
            Path.Combine(Data, "certificate.key"),
            "mail.example",
            TimeProvider.System
        );
        new DkimKeyFolder(Data, TimeProvider.System).AddPair("example.com", "s");

        string[] made = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories);
        Assert.True(made.Length >= 10, string.Join(' ', made));
        Assert.All(made, path => Assert.Equal(owner, FileOwner.Of(path)!.Value.User));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_link_is_given_away_and_not_what_it_leads_to()
    {
        using var elsewhere = new TemporaryFolder();
        string target = elsewhere.File("shadow");
        await File.WriteAllTextAsync(target, "", Ct);
        uint own = FileOwner.Of(target)!.Value.User;
        await GivenAwayAsync();
        File.CreateSymbolicLink(_folder.File("link"), target);

        FileOwner.Inherit(_folder.File("link"));

        Assert.Equal(own, FileOwner.Of(target)!.Value.User);
    }

    private async Task<uint> GivenAwayAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return FileOwner.Of(_folder.Path)!.Value.User;
        using Process chown = Process.Start("chown", [Nobody.ToString(CultureInfo.InvariantCulture), _folder.Path]);
        await chown.WaitForExitAsync(Ct);
        return Nobody;
    }
}
