using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class CtrlDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("packetboat-").FullName;

    [Theory]
    [InlineData("given", "environment", true, true, "given")]
    [InlineData(null, "environment", true, true, "environment")]
    [InlineData(null, " ", true, true, "ctrl")]
    [InlineData(null, null, false, true, "system")]
    [InlineData(null, null, false, false, "ctrl")]
    [InlineData("given/", null, false, false, "given")]
    public void The_directory_is_chosen(string? option, string? environment, bool hasLocal, bool hasSystem, string expected)
    {
        if (hasLocal)
            Directory.CreateDirectory(Path.Combine(_root, "ctrl"));
        if (hasSystem)
            Directory.CreateDirectory(Path.Combine(_root, "system"));

        string found = CtrlDirectory.Find(
            option,
            name => name == "SBBSCTRL" ? environment : null,
            _root,
            Path.Combine(_root, "system")
        );
        Assert.Equal(Path.Combine(_root, expected), found);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
