using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Configuration;

/// <summary>Reads the sections <c>[Relay:NAME]</c> of <c>packetboat.ini</c>, and finds them for those that name them.</summary>
internal sealed class BackupReader
{
    public const int MaxName = 40;

    /// <summary>In one list. Each costs a message that finds it down a connection attempt.</summary>
    private const int MostInList = 8;

    private readonly Dictionary<string, RelaySettings?> _known = new(StringComparer.OrdinalIgnoreCase);

    public BackupReader(
        IniDocument document,
        string directory,
        IReadOnlyList<TokenSettings> tokens,
        ICollection<Problem> problems,
        IList<EffectiveValue> values
    )
    {
        foreach (IniSection section in document.Sections.Where(IsBackup))
        {
            string name = section.Names[0][BackupKeys.Prefix.Length..].Trim();
            SettingKey? find(string key) => BackupKeys.Find(key) is { } known ? known with { Section = section.Names[0] } : null;
            var keys = new SettingReader(document, find, directory, problems, values);
            if (!IsName(name) || section.Names.Count > 1)
                problems.Add(
                    About(
                        section,
                        $"the name of a relay has letters, digits, - and _, and at most {MaxName} of them",
                        "write a line like [Relay:second]"
                    )
                );
            else if (_known.ContainsKey(name))
                problems.Add(SectionReview.Repeated(section.Header!, document.Section(BackupKeys.Prefix + name)!));
            else if (section.Find("Server") is not { IsBlank: false })
                problems.Add(About(section, "nothing says which server it is", "write Server=relay.example.net:587"));
            else
                _known[name] = RelayAccess.Read(keys, tokens).At(keys, "Server", keys.Text("Server")) is { } relay
                    ? relay with
                    {
                        Backup = name,
                    }
                    : null;
        }
    }

    public static bool IsBackup(IniSection section) =>
        section.Names[0].StartsWith(BackupKeys.Prefix, StringComparison.OrdinalIgnoreCase);

    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    /// <summary>The relays that a list names, in its order.</summary>
    public IReadOnlyList<RelaySettings> Named(SettingReader keys, string key)
    {
        IReadOnlyList<string> names = keys.List(key);
        var found = new List<RelaySettings>();
        if (names.Count > MostInList)
            keys.Report(Severity.Error, key, $"these are more than {MostInList}", "remove some");
        foreach (string name in names)
            if (!_known.TryGetValue(name, out RelaySettings? relay))
                keys.Report(Severity.Error, key, $"there is no section [{BackupKeys.Prefix}{name}]", Remedy(name));
            else if (found.Exists(one => one.Backup.Equals(name, StringComparison.OrdinalIgnoreCase)))
                keys.Report(Severity.Error, key, $"{name} stands there twice", "remove one of them");
            else if (relay is not null)
                found.Add(relay);
        return found;
    }

    private string Remedy(string name) =>
        NearestName.Of(name, _known.Keys) is { } nearest ? $"did you mean {nearest}?" : "write one, with a line Server=";

    private static Problem About(IniSection section, string reason, string remedy) =>
        new(Severity.Error, section.Header!.File, section.Header.Number, "", section.Header.Text.Trim(), reason, remedy);
}
