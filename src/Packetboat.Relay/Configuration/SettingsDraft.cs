using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Configuration;

/// <summary>Settings files as they are about to be: read as the server will read them first, and written if that is good.</summary>
public sealed class SettingsDraft
{
    private readonly string _ctrl;
    private readonly ConfigurationEnvironment _environment;
    private readonly List<(string Path, byte[] Content)> _files = [];

    /// <param name="ctrl">The folder of the settings.</param>
    /// <param name="environment">Of this machine.</param>
    /// <exception cref="InvalidDataException">There is no sbbs.ini.</exception>
    public SettingsDraft(string ctrl, ConfigurationEnvironment environment)
    {
        (_ctrl, _environment) = (Path.GetFullPath(ctrl, environment.WorkingDirectory), environment);
        SbbsIni =
            SbbsIniFile.Choose(_ctrl, environment)
            ?? throw new InvalidDataException($"{_ctrl} has no {SbbsIniFile.Name}; name the right folder with --ctrl");
        PacketboatIni = Path.Combine(_ctrl, "packetboat.ini");
    }

    /// <summary>Full path of the file that is read as sbbs.ini.</summary>
    public string SbbsIni { get; }

    public string PacketboatIni { get; }

    /// <summary>Full path of the folder.</summary>
    public string Ctrl => _ctrl;

    /// <summary>Gives a file another content, unless it has that.</summary>
    public void Replace(string path, byte[] content)
    {
        _files.RemoveAll(file => file.Path == path);
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            _files.Add((path, content));
    }

    /// <summary>Changes values of one file; comments and all else in it stay.</summary>
    public void Edit(string path, params IEnumerable<(string Section, string Key, string Value)> values)
    {
        var editor = new IniEditor(ContentOf(path), _ctrl);
        foreach ((string section, string key, string value) in values)
            editor.Set(section, key, value);
        Replace(path, editor.Content);
    }

    /// <summary>What the files would say.</summary>
    public ConfigurationResult Preview() =>
        ConfigurationReader.Preview(
            _ctrl,
            _environment,
            _files.ToDictionary(file => file.Path, file => file.Content, StringComparer.Ordinal)
        );

    /// <summary>Writes them, in the order in which they were given.</summary>
    /// <param name="time">For the names of backups.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public IReadOnlyList<WrittenFile> Write(TimeProvider time) =>
        [.. _files.Select(file => new WrittenFile(file.Path, ReplacedFile.Write(file.Path, file.Content, time)))];

    /// <summary>Writes changes that a report advises, if the settings hold together with them and they count.</summary>
    /// <param name="changes">Lines of <c>sbbs.ini</c> and <c>packetboat.ini</c>.</param>
    /// <param name="time">For the names of backups.</param>
    /// <returns>The files that were written, and their backups; or why nothing was.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public (IReadOnlyList<WrittenFile> Written, Refusal? Refusal) Write(IReadOnlyList<SettingChange> changes, TimeProvider time)
    {
        foreach (IGrouping<string, SettingChange> file in changes.GroupBy(PathOf, StringComparer.Ordinal))
            Edit(file.Key, file.Select(change => (change.Section, change.Key, change.Value)));
        return Doubt(changes) is { } refusal ? ([], refusal) : (Write(time), null);
    }

    private Refusal? Doubt(IReadOnlyList<SettingChange> changes)
    {
        ConfigurationResult then = Preview();
        if (then.Problems.FirstOrDefault(problem => problem.Severity == Severity.Error) is { } error)
            return new Refusal(
                _environment.NameOf(error.File),
                $"the settings would not hold together with the change ({error})",
                "Change that by hand; nothing was written"
            );
        foreach (SettingChange change in changes)
        {
            // An included file may decide about the key: what was written then would change nothing.
            string path = PathOf(change);
            IniEntry? entry = IniReader.Parse(ContentOf(path), path, _ctrl).Find(change.Section, change.Key);
            if (entry?.Text != change.Value)
                return new Refusal(
                    change.Key,
                    $"another line decides about it ({_environment.NameOf(entry?.Line.File ?? path)})",
                    $"Write {change.Key} = {change.Value} there; nothing was written"
                );
        }

        return null;
    }

    private string PathOf(SettingChange change) => change.File == SbbsIniFile.Name ? SbbsIni : Path.Combine(_ctrl, change.File);

    private byte[] ContentOf(string path) =>
        _files.Find(file => file.Path == path).Content ?? (File.Exists(path) ? File.ReadAllBytes(path) : []);
}

/// <summary>A settings file that was changed.</summary>
/// <param name="Path">The file.</param>
/// <param name="Backup">Its copy of before; null: it is new.</param>
public sealed record WrittenFile(string Path, string? Backup);
