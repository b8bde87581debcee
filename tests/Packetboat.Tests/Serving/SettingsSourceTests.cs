using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Configuration;
using Packetboat.Serving;
using Packetboat.Testing;

namespace Packetboat.Tests.Serving;

/// <summary>What is changed on the disk is in force soon, without a restart.</summary>
public sealed class SettingsSourceTests : IDisposable
{
    private const int Patience = 30_000;

    private static readonly ConfigurationEnvironment Machine = new("node.example", "linux", Environment.CurrentDirectory);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>The alarm of a relay that refuses the password says that the right one is tried at once.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_file_with_a_password_is_looked_at_as_the_settings_are_that_name_it()
    {
        Write("sbbs.ini", "[Mail]\n");
        Write(
            "packetboat.ini",
            "[Relay:hub]\nServer=hub.example\nUsername=MYBBS\nPasswordFile=relay.secret\n[Relay]\nRelayBackups=hub\n"
        );
        Write("relay.secret", "wrong\n");
        using SettingsSource source = Read();
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.Changed += () => changed.TrySetResult();
        await source.StartAsync(Ct);

        Write("relay.secret", "right\n");
        File.SetLastWriteTimeUtc(_folder.File("relay.secret"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        while (!changed.Task.IsCompleted)
        {
            Ct.ThrowIfCancellationRequested();
            _time.Advance(source.Current.Mail.SemFileCheckFrequency);
            await Task.Yield();
        }

        Assert.Equal("right", Assert.Single(source.Current.Backups).Password.RevealValue());
        await source.StopAsync(Ct);
    }

    private SettingsSource Read()
    {
        ConfigurationResult read = ConfigurationReader.Read(_folder.Path, Machine);
        Assert.True(read.Settings is not null, string.Join('\n', read.Problems));
        return new SettingsSource(read.Settings, Machine, _time, NullLogger<SettingsSource>.Instance);
    }

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);
}
