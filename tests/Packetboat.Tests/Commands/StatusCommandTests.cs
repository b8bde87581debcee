using System.Text.Json;
using Packetboat.Relay.Operations;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Tests.Commands;

[Collection(nameof(OneConsole))]
public sealed class StatusCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _ctrl;

    public StatusCommandTests()
    {
        _ctrl = _folder.File("ctrl");
        Directory.CreateDirectory(_ctrl);
        File.WriteAllText(Path.Combine(_ctrl, "sbbs.ini"), "[Mail]\nHostName = mail.node.example\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task The_last_five_changes_of_a_day_are_said_and_all_that_are_known_to_programs()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await using (SqliteStore store = SqliteStore.Open(_folder.File("data"), TimeProvider.System))
        {
            await store.NoteRouteChangeAsync(new RouteChange(now.AddDays(-2), "port 25 is open again"), kept: 20);
            for (int i = 6; i > 0; i--)
                await store.NoteRouteChangeAsync(new RouteChange(now.AddHours(-i), $"change {i}"), kept: 20);
        }

        CommandRun said = await CommandRun.OfAsync("status", "--ctrl", _ctrl);
        string[] changed =
        [
            .. said
                .Out.Split('\n')
                .Where(line => line.StartsWith("changed ", StringComparison.Ordinal))
                .Select(line => line[^8..]),
        ];
        Assert.Equal(["change 1", "change 2", "change 3", "change 4", "change 5"], changed);

        CommandRun known = await CommandRun.OfAsync("status", "--json", "--ctrl", _ctrl);
        using var json = JsonDocument.Parse(known.Out);
        Assert.Equal(7, json.RootElement.GetProperty("changes").GetArrayLength());
    }
}
