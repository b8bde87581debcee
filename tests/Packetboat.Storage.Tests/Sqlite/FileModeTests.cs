using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

public sealed class FileModeTests
{
    [Fact(Timeout = 30_000)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Mail_and_verifiers_are_their_owners_even_in_a_directory_that_is_open_to_others()
    {
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);

        await using SqliteStore store = SqliteStore.Open(folder.Path, TimeProvider.System);
        await store.RaiseAlarmAsync(new("key", TimeProvider.System.GetUtcNow(), "text"), TestContext.Current.CancellationToken);

        foreach (string file in Directory.GetFiles(folder.Path, "packetboat.db*"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }
}
