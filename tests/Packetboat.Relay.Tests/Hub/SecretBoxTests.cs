using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class SecretBoxTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("packetboat-").FullName;

    private string KeyFile => Path.Combine(_directory, SecretBox.FileName);

    [Fact]
    public void A_secret_opens_after_a_restart()
    {
        byte[] box = SecretBox.Open(_directory).Seal(TestHub.Node, "default", "RelayPw1");

        Assert.True(SecretBox.Open(_directory).TryOpen(TestHub.Node, "default", box, out byte[]? secret));
        Assert.Equal("RelayPw1"u8, secret);
    }

    [Fact]
    public void A_secret_opens_only_for_the_credential_it_was_sealed_for()
    {
        var box = SecretBox.Open(_directory);
        byte[] sealedSecret = box.Seal(TestHub.Node, "default", "RelayPw1");

        Assert.False(box.TryOpen(QwkId.Parse("OTHER"), "default", sealedSecret, out _));
        Assert.False(box.TryOpen(TestHub.Node, "second", sealedSecret, out _));
    }

    [Fact]
    public void A_secret_that_was_changed_anywhere_does_not_open()
    {
        var box = SecretBox.Open(_directory);
        byte[] sealedSecret = box.Seal(TestHub.Node, "default", "RelayPw1");

        for (int i = 0; i < sealedSecret.Length; i++)
        {
            byte[] damaged = [.. sealedSecret];
            damaged[i] ^= 1;
            Assert.False(box.TryOpen(TestHub.Node, "default", damaged, out _));
            Assert.False(box.TryOpen(TestHub.Node, "default", sealedSecret.AsSpan(0, i), out _));
        }
    }

    [Fact]
    public void Sealing_twice_shows_no_likeness()
    {
        var box = SecretBox.Open(_directory);

        Assert.NotEqual(box.Seal(TestHub.Node, "default", "RelayPw1"), box.Seal(TestHub.Node, "default", "RelayPw1"));
    }

    [Fact]
    public void The_key_is_for_its_owner_alone_and_nothing_else_is_left_behind()
    {
        SecretBox.Open(_directory);

        Assert.Equal([KeyFile], Directory.GetFiles(_directory));
        Assert.Equal(32, new FileInfo(KeyFile).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [Fact]
    public void A_key_that_others_may_read_is_not_used()
    {
        if (OperatingSystem.IsWindows())
            return;
        SecretBox.Open(_directory);
        File.SetUnixFileMode(KeyFile, File.GetUnixFileMode(KeyFile) | UnixFileMode.GroupRead);

        Assert.Throws<InvalidDataException>(() => SecretBox.Open(_directory));
    }

    [Fact]
    public void A_key_of_the_wrong_length_is_not_used()
    {
        SecretBox.Open(_directory);
        File.WriteAllBytes(KeyFile, new byte[31]);

        Assert.Throws<InvalidDataException>(() => SecretBox.Open(_directory));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
