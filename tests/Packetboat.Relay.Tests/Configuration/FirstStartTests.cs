using System.Net;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class FirstStartTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void What_is_written_reads_without_any_problem()
    {
        Assert.Equal(["sbbs.ini", "packetboat.ini"], FirstStart.Write(_folder.Ctrl).Select(Path.GetFileName));
        Assert.Empty(_folder.Read().Problems);
    }

    [Fact]
    public void What_is_written_listens_on_this_machine_only_and_relays_for_no_stranger()
    {
        FirstStart.Write(_folder.Ctrl);
        MailSettings mail = _folder.Read().Settings!.Mail;
        Assert.All(mail.Interface.Concat(mail.Pop3Interface), listening => Assert.True(IPAddress.IsLoopback(listening.Address)));
        Assert.Equal(MailOptions.USE_SUBMISSION_PORT | MailOptions.ALLOW_POP3, mail.Options);
        Assert.False(File.Exists(Path.Combine(_folder.Ctrl, "relay.cfg")));
    }

    [Fact]
    public void Every_commented_key_shows_its_default()
    {
        FirstStart.Write(_folder.Ctrl);
        string before = string.Join('\n', _folder.Read().Values.Select(v => $"{v.Key}={v.Value}"));
        foreach (string name in (string[])["sbbs.ini", "packetboat.ini"])
        {
            string path = Path.Combine(_folder.Ctrl, name);
            File.WriteAllLines(
                path,
                File.ReadAllLines(path).Select(l => l.StartsWith("; ", StringComparison.Ordinal) ? l : l.TrimStart(';'))
            );
        }

        ConfigurationResult result = _folder.Read();
        Assert.Empty(result.Problems);
        Assert.Equal(before, string.Join('\n', result.Values.Select(v => $"{v.Key}={v.Value}")));
    }

    [Fact]
    public void Every_key_in_use_is_documented()
    {
        FirstStart.Write(_folder.Ctrl);
        string text =
            File.ReadAllText(Path.Combine(_folder.Ctrl, "sbbs.ini"))
            + File.ReadAllText(Path.Combine(_folder.Ctrl, "packetboat.ini"));
        Assert.All(
            KeyTable.Mail.Concat(KeyTable.Packetboat).Where(k => k.IsUsedYet),
            key => Assert.Contains($"{key.Name} =", text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_file_that_exists_is_left_alone()
    {
        _folder.With("sbbs.ini", "mine");
        Assert.Equal(["packetboat.ini"], FirstStart.Write(_folder.Ctrl).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder.Ctrl, "sbbs.ini")));
    }

    [Fact]
    public void Nobody_else_can_read_the_file_that_holds_the_password()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        if (OperatingSystem.IsWindows())
            return; // for the compiler
        FirstStart.Write(_folder.Ctrl);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(_folder.Ctrl, "sbbs.ini"))
        );
    }

    public void Dispose() => _folder.Dispose();
}
