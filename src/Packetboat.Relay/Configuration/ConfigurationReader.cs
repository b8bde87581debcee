using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Reads the whole configuration. First the files, then their names and lines, then each key, then how the keys go together; every problem
/// is collected on the way, so that an operator sees all of them at once.
/// </summary>
public sealed class ConfigurationReader
{
    private readonly string _directory;
    private readonly ConfigurationEnvironment _environment;
    private readonly IReadOnlyDictionary<string, byte[]> _drafts;
    private readonly List<Problem> _problems = [];
    private readonly List<EffectiveValue> _values = [];
    private readonly List<string> _files = [];

    private ConfigurationReader(
        string ctrlDirectory,
        ConfigurationEnvironment environment,
        IReadOnlyDictionary<string, byte[]>? drafts = null
    )
    {
        _drafts = drafts ?? new Dictionary<string, byte[]>(StringComparer.Ordinal);
        _directory = Path.GetFullPath(ctrlDirectory, environment.WorkingDirectory);
        _environment = environment;
    }

    public static ConfigurationResult Read(string ctrlDirectory, ConfigurationEnvironment environment) =>
        new ConfigurationReader(ctrlDirectory, environment).Read();

    /// <summary>What it would be if some files had other contents: whoever changes a file looks first.</summary>
    /// <param name="ctrlDirectory">The folder.</param>
    /// <param name="environment">Of this machine.</param>
    /// <param name="drafts">By full path.</param>
    public static ConfigurationResult Preview(
        string ctrlDirectory,
        ConfigurationEnvironment environment,
        IReadOnlyDictionary<string, byte[]> drafts
    ) => new ConfigurationReader(ctrlDirectory, environment, drafts).Read();

    /// <summary>What is in force where no file says anything; for tests, and as a start for <c>with</c>.</summary>
    public static Settings Defaults(string ctrlDirectory, string hostName)
    {
        var reader = new ConfigurationReader(ctrlDirectory, new ConfigurationEnvironment(hostName, "", ctrlDirectory));
        return reader.Assemble(IniDocument.Empty, IniDocument.Empty, IniDocument.Empty, IniDocument.Empty);
    }

    private ConfigurationResult Read()
    {
        IniDocument sbbs = OpenSbbsIni();
        _problems.AddRange(SectionReview.OfSbbsIni(sbbs));
        IniDocument packetboat = OpenIfPresent("packetboat.ini");
        _problems.AddRange(SectionReview.OfPacketboatIni(packetboat));

        Settings settings = Assemble(sbbs, packetboat, OpenIfPresent("msgs.ini"), OpenIfPresent("replies.ini"));
        bool isRefused = _problems.Exists(p => p.Severity == Severity.Error);
        return new ConfigurationResult(isRefused ? null : settings, InFileOrder(), _values, _files) { Draft = settings };
    }

    private Settings Assemble(IniDocument sbbs, IniDocument packetboat, IniDocument msgs, IniDocument replies)
    {
        var mailKeys = new SettingReader(sbbs, KeyTable.FindMail, _directory, _problems, _values);
        MailSettings mail = RecordReader.ReadMail(mailKeys);
        SettingsReview.OfMail(mail, mailKeys);
        AddGlobalValues(sbbs);

        var packetboatKeys = new SettingReader(packetboat, KeyTable.FindPacketboat, _directory, _problems, _values);
        PacketboatSettings ours = RecordReader.ReadPacketboat(packetboatKeys, mail.Options);
        SettingsReview.OfPacketboat(ours, mail, packetboatKeys);

        IniEntry? address = SystemAddressIn(msgs);
        mail = mail with { HostName = NameOurselves(mail.HostName, address) };
        IReadOnlyList<TokenSettings> tokens = new TokenReader(packetboat, _directory, _problems, _values).Read();
        var backups = new BackupReader(packetboat, _directory, tokens, _problems, _values);
        var reader = new RouteReader(packetboat, _directory, mail, tokens, backups, _problems, _values);
        IReadOnlyList<RouteRule> routes = reader.Read();
        ReplyTable table = ReplyTableReader.Read(replies, ReplyTable.Shipped, _problems);
        var settings = new Settings(_directory, address?.Text ?? mail.HostName, mail, ours, table)
        {
            Routes = routes,
            Backups = backups.Named(packetboatKeys, "RelayBackups"),
            Tokens = tokens,
        };
        return settings with { SecretFiles = SecretFilesOf(settings) };
    }

    /// <summary>Whole, because whoever is told of them may be somewhere else than we are.</summary>
    private string[] SecretFilesOf(Settings settings) =>
        [
            .. _values
                .Select(value => value.SecretFile)
                .Concat(settings.ClientCertificates.Select(certificate => certificate.KeyFile))
                .OfType<string>()
                .Select(file => Path.GetFullPath(file, _environment.WorkingDirectory))
                .Distinct(StringComparer.Ordinal),
        ];

    private IniDocument OpenSbbsIni()
    {
        if (SbbsIniFile.Choose(_directory, _environment) is { } path)
        {
            IniDocument document = Open(path);
            if (document.Section("Mail") is null)
                Report(Severity.Warning, path, "there is no section [Mail], so that every key has its default");
            return document;
        }

        Report(
            Severity.Error,
            Path.Combine(_directory, SbbsIniFile.Name),
            "there is no such file",
            "start packetboat serve once, which writes a first one, or name another folder with --ctrl"
        );
        return IniDocument.Empty;
    }

    private IniDocument OpenIfPresent(string name)
    {
        string path = Path.Combine(_directory, name);
        return File.Exists(path) || _drafts.ContainsKey(path) ? Open(path) : IniDocument.Empty;
    }

    private IniDocument Open(string path)
    {
        IniDocument document = _drafts.TryGetValue(path, out byte[]? draft)
            ? IniReader.Parse(draft, _environment.NameOf(path), _directory)
            : IniReader.Read(path, _directory, _environment.NameOf);
        _problems.AddRange(document.Problems);
        _files.AddRange(document.Files);
        return document;
    }

    /// <summary>The keys that stand in <c>[Global]</c> alone.</summary>
    private void AddGlobalValues(IniDocument sbbs)
    {
        foreach (SettingKey key in KeyTable.Global)
        {
            IniEntry? entry = sbbs.Find(key.Section, key.Name) is { IsBlank: false } set ? set : null;
            string source = entry?.Line.ToString() ?? EffectiveValue.Default;
            _values.Add(new EffectiveValue(key.Section, key.Name, entry?.Text ?? key.Default, source, key.IsUsedYet));
        }
    }

    private static IniEntry? SystemAddressIn(IniDocument msgs) =>
        msgs.Find("Internet", "addr") is { IsBlank: false } entry ? entry : null;

    /// <summary>The configured name, else the system's mail domain, else the machine's name.</summary>
    private string NameOurselves(string configured, IniEntry? address)
    {
        if (configured.Length > 0)
            return configured;

        string name = address?.Text ?? _environment.HostName;
        string source = address?.Line.ToString() ?? "this machine's name";
        int index = _values.FindIndex(v => v.Key == nameof(MailSettings.HostName));
        _values[index] = _values[index] with { Value = name, Source = source };
        if (!name.Contains('.', StringComparison.Ordinal))
            Report(
                Severity.Warning,
                Path.Combine(_directory, SbbsIniFile.Name),
                $"our name would be {name}, which other servers do not take for a mail server's",
                "write HostName=mail.example.net in [Mail]"
            );
        return name;
    }

    private void Report(Severity severity, string path, string reason, string remedy = "") =>
        _problems.Add(new Problem(severity, _environment.NameOf(path), 0, "", "", reason, remedy));

    private List<Problem> InFileOrder()
    {
        List<string> order = [.. _problems.Select(p => p.File).Distinct(StringComparer.Ordinal)];
        return [.. _problems.Distinct().OrderBy(p => order.IndexOf(p.File)).ThenBy(p => p.Line)];
    }
}
