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
    private SettingsSource? _source;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _source?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The alarm of a relay that refuses the password says that the right one is tried at once.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_file_with_a_password_is_looked_at_as_the_settings_are_that_name_it()
    {
        Write("relay.secret", "wrong\n");
        await ChangeAsync(
            "[Relay:hub]\nServer=hub.example\nUsername=MYBBS\nPasswordFile=relay.secret\n[Relay]\nRelayBackups=hub\n",
            "relay.secret",
            "right\n"
        );
        Assert.Equal("right", Assert.Single(_source!.Current.Backups).Password.RevealValue());
    }

    /// <summary>One that was renewed with the same key ends the parking of its relay.</summary>
    [Theory(Timeout = Patience)]
    [InlineData("client.pem")]
    [InlineData("client.key")]
    public async Task So_is_a_certificate_that_a_relay_is_shown(string renewed)
    {
        Write("client.pem", "old");
        Write("client.key", "old");
        await ChangeAsync(
            "[Relay:hub]\nServer=hub.example\nAuth=external\nCertificate=client.pem\nCertificateKey=client.key\n[Relay]\nRelayBackups=hub\n",
            renewed,
            "new"
        );
    }

    /// <summary>Writes a file while the settings are in force, and returns when it was noticed.</summary>
    private async Task ChangeAsync(string settings, string file, string text)
    {
        Write("sbbs.ini", "[Mail]\n");
        Write("packetboat.ini", settings);
        _source = Read(_folder.Path);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _source.Changed += () => changed.TrySetResult();
        await _source.StartAsync(Ct);

        Write(file, text);
        File.SetLastWriteTimeUtc(_folder.File(file), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        while (!changed.Task.IsCompleted)
        {
            Ct.ThrowIfCancellationRequested();
            _time.Advance(_source.Current.Mail.SemFileCheckFrequency);
            await Task.Yield();
        }

        await _source.StopAsync(Ct);
    }

    /// <summary>A tool that swaps the folder, or a file system that is away for a moment, must not end the server.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_folder_that_is_gone_for_a_moment_leaves_the_settings_as_they_are()
    {
        string ctrl = _folder.File("ctrl");
        Directory.CreateDirectory(ctrl);
        File.WriteAllText(Path.Combine(ctrl, "sbbs.ini"), "[Mail]\nHostName = one.example\n");
        using SettingsSource source = Read(ctrl);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.Changed += () => changed.TrySetResult();
        await source.StartAsync(Ct);

        Directory.Move(ctrl, ctrl + ".away");
        Assert.Equal("one.example", source.Refreshed()!.Mail.HostName);
        _time.Advance(source.Current.Mail.SemFileCheckFrequency);
        Directory.Move(ctrl + ".away", ctrl);
        File.WriteAllText(Path.Combine(ctrl, "sbbs.ini"), "[Mail]\nHostName = two.example\n");
        File.SetLastWriteTimeUtc(Path.Combine(ctrl, "sbbs.ini"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        while (!changed.Task.IsCompleted)
        {
            Ct.ThrowIfCancellationRequested();
            _time.Advance(source.Current.Mail.SemFileCheckFrequency);
            await Task.Yield();
        }

        Assert.Equal("two.example", source.Current.Mail.HostName);
        await source.StopAsync(Ct);
    }

    private SettingsSource Read(string ctrl)
    {
        ConfigurationResult read = ConfigurationReader.Read(ctrl, Machine);
        Assert.True(read.Settings is not null, string.Join('\n', read.Problems));
        return new SettingsSource(read.Settings, Machine, _time, NullLogger<SettingsSource>.Instance);
    }

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);
}
