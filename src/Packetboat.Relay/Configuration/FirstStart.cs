using System.Text;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Writes a first configuration that is safe as it stands: it listens on the machine itself only, takes mail for others from nobody who has
/// not logged in, and sends no password. Its comments are the documentation of the keys.
/// </summary>
public static class FirstStart
{
    private const string Loopback = "127.0.0.1,::1";
    private const string Options = "USE_SUBMISSION_PORT | ALLOW_POP3";
    private const int Width = 100;

    /// <returns>The files that were written; one that exists is left alone.</returns>
    public static IReadOnlyList<string> Write(string ctrlDirectory)
    {
        Directory.CreateDirectory(ctrlDirectory);
        var written = new List<string>();
        WriteNew(Path.Combine(ctrlDirectory, SbbsIniFile.Name), SbbsIni(), written);
        WriteNew(Path.Combine(ctrlDirectory, "packetboat.ini"), PacketboatIni(), written);
        return written;
    }

    private static string SbbsIni()
    {
        var text = new StringBuilder();
        Comment(text, "The mail server's settings, with the names and the syntax of Synchronet's sbbs.ini.");
        Comment(text, "A key with ; before it has its default. Take the ; away to change it.");
        text.Append("\n[Global]\n");
        foreach (SettingKey key in UsedKeys(KeyTable.Mail.Where(k => k.GlobalName == k.Name)))
            Key(text, key, key.Name == "Interface" ? Loopback : null);

        text.Append("\n[Mail]\n");
        foreach (SettingKey key in UsedKeys(KeyTable.Mail.Where(k => k.GlobalName is null)))
            Key(text, key, key.Type == SettingType.Flags ? Options : null);
        return text.ToString();
    }

    private static string PacketboatIni()
    {
        var text = new StringBuilder();
        Comment(text, "What Synchronet has no key for. A key with ; before it has its default.");
        foreach (
            IGrouping<string, SettingKey> section in UsedKeys(KeyTable.Packetboat).GroupBy(k => k.Section, StringComparer.Ordinal)
        )
        {
            text.Append("\n[").Append(section.Key).Append("]\n");
            foreach (SettingKey key in section)
                Key(text, key, null);
        }

        return text.ToString();
    }

    private static IEnumerable<SettingKey> UsedKeys(IEnumerable<SettingKey> keys) => keys.Where(k => k.IsUsedYet);

    private static void Key(StringBuilder text, SettingKey key, string? value)
    {
        text.Append('\n');
        Comment(text, key.GlobalName is null ? key.Documentation : $"{key.Documentation} [Mail] may have its own.");
        if (key.Name == "Interface")
            Comment(text, "As it stands only this machine can connect. For the whole network write 0.0.0.0,::");
        if (key.Type == SettingType.Flags)
            Flags(text);
        text.Append(value is null ? ";" : "").Append(key.Name).Append(" = ").Append(value ?? key.Default).Append('\n');
    }

    private static void Flags(StringBuilder text)
    {
        foreach (SettingFlag flag in KeyTable.Flags)
            if (flag.IsUsedYet || flag.Value == MailOptions.ALLOW_POP3)
                Comment(text, $"  {flag.Name}: {flag.Description}{(flag.IsUsedYet ? "" : " Not used yet.")}");
    }

    private static void Comment(StringBuilder text, string sentence)
    {
        var line = new StringBuilder(";");
        foreach (string word in sentence.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                text.Append(line).Append('\n');
                line.Clear().Append(';');
            }

            line.Append(' ').Append(word);
        }

        text.Append(line).Append('\n');
    }

    private static void WriteNew(string path, string text, List<string> written)
    {
        if (Path.Exists(path))
            return;

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // sbbs.ini will hold the relay's password: nobody else may read it, not even for the moment before a chmod.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
        written.Add(path);
    }
}
