using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Tests.Configuration;
using Packetboat.Relay.Tests.Delivery;

namespace Packetboat.Relay.Tests.Doctor;

/// <summary>Whoever has an account on the machine reads no password of the mail server's.</summary>
public sealed class FilesCheckTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ConfigurationFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sbbs.ini", "[Mail]\nRelayPassword=secret\n")]
    [InlineData("packetboat.ini", "[Relay:hub]\nServer=hub.example\nUsername=MYBBS\nPassword=secret\n")]
    [InlineData("packetboat.ini", "[Token:office]\nProvider=google\nClientId=us\nClientSecret=secret\n")]
    [InlineData("relay.secret", "secret\n", "[Relay:hub]\nServer=hub.example\nUsername=MYBBS\nPasswordFile=relay.secret\n")]
    [InlineData("mqtt.secret", "secret\n", "[Mqtt]\nMqttBroker=127.0.0.1\nMqttUsername=me\nMqttPasswordFile=mqtt.secret\n")]
    public async Task A_file_with_a_password_that_others_may_read_is_named(string file, string content, string settings = "")
    {
        if (OperatingSystem.IsWindows())
            return;
        _folder.With("sbbs.ini", "");
        if (settings.Length > 0)
            _folder.With("packetboat.ini", settings);
        _folder.With(file, content);
        foreach (string each in Directory.GetFiles(_folder.Ctrl))
            File.SetUnixFileMode(each, Owner);
        Assert.Equal(CheckVerdict.Ok, (await ExamineAsync()).Verdict);

        File.SetUnixFileMode(Path.Combine(_folder.Ctrl, file), Owner | UnixFileMode.OtherRead);
        Finding finding = await ExamineAsync();
        Assert.Equal(CheckVerdict.Warning, finding.Verdict);
        Assert.Contains($"may read {Path.Combine(_folder.Ctrl, file)}", finding.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_a_password_may_be_read_by_all()
    {
        if (OperatingSystem.IsWindows())
            return;
        _folder.With("sbbs.ini", "[Mail]\nRelayServer=hub.example\n");
        File.SetUnixFileMode(Path.Combine(_folder.Ctrl, "sbbs.ini"), Owner | UnixFileMode.OtherRead);
        Assert.Equal(CheckVerdict.Ok, (await ExamineAsync()).Verdict);
    }

    private Task<Finding> ExamineAsync()
    {
        Subject subject = Subject.In(_folder.Ctrl, new ConfigurationEnvironment("node.example", "linux", "/"));
        return new FilesCheck().ExamineAsync(new Facts(subject, new FakeResolver(), TimeProvider.System, null, Ct), Ct);
    }
}
