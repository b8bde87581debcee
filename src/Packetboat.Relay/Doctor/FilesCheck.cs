using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether files with secrets are closed to the other users of this machine.</summary>
internal sealed class FilesCheck : Check
{
    private const UnixFileMode OthersWrite = UnixFileMode.OtherWrite;
    private const UnixFileMode OthersRead = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public override string Name => "files";

    public override string Title => "File modes";

    public override bool NeedsSettings => true;

    public override Task<Finding> ExamineAsync(Facts facts, CancellationToken ct) =>
        Task.FromResult(OperatingSystem.IsWindows() ? NotChecked("this system has none") : Examine(facts.Subject));

    private Finding Examine(Subject subject)
    {
        Settings settings = subject.Effective;
        string data = settings.Packetboat.DataDirectory;
        string[] secrets = [.. Secrets(subject, settings).Where(file => HasMode(file, OthersRead))];
        string[] folders = [.. ((string[])[data, settings.CtrlDirectory]).Where(folder => HasMode(folder, OthersWrite))];
        if (folders.Length > 0)
            return Failure(
                $"every user of this machine may write in {string.Join(", ", folders)}",
                "whoever may write there is the mail server",
                $"chmod o-w {string.Join(' ', folders)}"
            );
        return secrets.Length > 0
            ? Warning(
                $"every user of this machine may read {string.Join(", ", secrets)}",
                "there are passwords or keys in it",
                $"chmod o-rwx {string.Join(' ', secrets)}"
            )
            : Ok("what is secret is closed to others");
    }

    private static IEnumerable<string> Secrets(Subject subject, Settings settings)
    {
        foreach (string file in settings.SecretFiles)
            yield return file;
        foreach (string file in FilesIn(settings.CtrlDirectory, "dkim_*.pem"))
            yield return file;
        foreach (string file in FilesIn(Path.Combine(settings.Packetboat.DataDirectory, "dkim"), "*.pem"))
            yield return file;
        if (subject.CertificateFiles is { } files)
            yield return files.Key;
    }

    private static string[] FilesIn(string folder, string pattern)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, pattern) : [];
        }
        catch (UnauthorizedAccessException)
        {
            // Who may not look there is shown that others may not either.
            return [];
        }
    }

    private static bool HasMode(string path, UnixFileMode mode) =>
        !OperatingSystem.IsWindows() && Path.Exists(path) && (File.GetUnixFileMode(path) & mode) != UnixFileMode.None;
}
