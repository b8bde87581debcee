using System.Text;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>A <c>ctrl</c> directory of its own for one test.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("packetboat-").FullName;

    public ConfigurationFolder() => Directory.CreateDirectory(Ctrl);

    public string Root => _root;

    public string Ctrl => Path.Combine(_root, "ctrl");

    public ConfigurationFolder With(string name, string text)
    {
        string path = Path.Combine(Ctrl, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));
        return this;
    }

    public ConfigurationResult Read(string hostName = "box.example.net", string platform = "linux") =>
        ConfigurationReader.Read(Ctrl, new ConfigurationEnvironment(hostName, platform, _root));

    /// <summary>Reads a sbbs.ini with these lines in its section <c>[Mail]</c>, which is its first line.</summary>
    public static ConfigurationResult ReadMail(params string[] lines) => ReadFile("[Mail]\n" + string.Join('\n', lines) + "\n");

    public static ConfigurationResult ReadFile(string sbbs, string packetboat = "")
    {
        using var folder = new ConfigurationFolder();
        return folder.With("sbbs.ini", sbbs).With("packetboat.ini", packetboat).Read();
    }

    public static string Sample(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Configuration", "Samples", name));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
