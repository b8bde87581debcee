using System.Globalization;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Diagnosis;

/// <summary>
/// Reads <c>replies.ini</c>: a section for each entry, its name the entry's. One that has the name of a shipped entry takes from that what it
/// does not say itself. What cannot stand is reported, all of it together, and left out.
/// </summary>
internal sealed class ReplyTableReader
{
    /// <summary>Of an operator. Each failure is held against all of them.</summary>
    public const int MaxEntries = 1000;

    private const int MaxName = 40;
    private const int MostOfShape = 100_000;
    private const string ProviderPrefix = "provider ";

    private static readonly string[] ProviderKeys =
    [
        "Name",
        "Hosts",
        "Connections",
        "MessagesPerConnection",
        "MessagesPerMinute",
        "Source",
        "WarmUp",
        "WarmUpSource",
    ];
    private static readonly string[] ShapeKeys = ["Connections", "MessagesPerConnection", "MessagesPerMinute", "WarmUp"];
    private static readonly string[] RuleKeys =
    [
        "Said",
        "Provider",
        "Code",
        "Enhanced",
        "Text",
        "Class",
        "Pace",
        "Explanation",
        "Remedy",
        "Source",
    ];

    private static readonly string[] Criteria = ["Code", "Enhanced", "Text"];

    private readonly IniDocument _document;
    private readonly ReplyTable? _shipped;
    private readonly ICollection<Problem> _problems;
    private readonly List<MailProvider> _providers = [];
    private readonly List<ReplyRule> _rules = [];

    private ReplyTableReader(IniDocument document, ReplyTable? shipped, ICollection<Problem> problems) =>
        (_document, _shipped, _problems) = (document, shipped, problems);

    /// <param name="document">The operator's file, or the shipped one.</param>
    /// <param name="shipped">What the document adds to; null for the shipped one itself.</param>
    /// <param name="problems">Where faults go.</param>
    public static ReplyTable Read(IniDocument document, ReplyTable? shipped, ICollection<Problem> problems)
    {
        if (shipped is not null && document.Lines.Count == 0)
            return shipped;
        return new ReplyTableReader(document, shipped, problems).Read();
    }

    private ReplyTable Read()
    {
        List<IniSection> sections = Reviewed();
        // An entry may name a provider that stands behind it.
        foreach (IniSection section in sections.Where(IsProvider))
            ReadProvider(section);
        _providers.AddRange(_shipped?.Providers.Where(known => _providers.TrueForAll(own => own.Id != known.Id)) ?? []);
        foreach (IniSection section in sections.Where(section => !IsProvider(section)))
            ReadRule(section);
        HashSet<string> own = [.. _rules.Select(rule => rule.Name)];
        _rules.AddRange(_shipped?.Rules.Where(rule => !own.Contains(rule.Name)) ?? []);
        return new ReplyTable(_providers, _rules);
    }

    private List<IniSection> Reviewed()
    {
        var kept = new List<IniSection>();
        var seen = new Dictionary<(bool, string), IniSection>();
        foreach (IniSection section in _document.Sections)
        {
            if (section.IsRoot)
                Stray(section);
            else if (!IsNamed(section) || !HasRoom(kept.Count, section))
                continue;
            else if (seen.TryAdd((IsProvider(section), NameOf(section).ToUpperInvariant()), section))
                kept.Add(section);
            else
                _problems.Add(
                    SectionReview.Repeated(section.Header!, seen[(IsProvider(section), NameOf(section).ToUpperInvariant())])
                );
        }

        foreach (IniSection section in kept)
        {
            string[] known = IsProvider(section) ? ProviderKeys : RuleKeys;
            foreach (Problem problem in SectionReview.OfEntries(section, Severity.Error, entry => Explain(entry, known)))
                _problems.Add(problem);
        }

        return kept;
    }

    private void Stray(IniSection root)
    {
        foreach (IniEntry entry in root.Entries)
            Report(entry.Line, entry.Key, "", "it stands before the first section", "put a line like [my-entry] in front of it");
        foreach (IniLine line in root.Strays)
            Report(line, "", line.Text.Trim(), "neither key = value nor a comment", "begin a comment with ;");
    }

    private bool HasRoom(int count, IniSection section)
    {
        if (count == MaxEntries)
            Report(section.Header!, "", "", $"more than {MaxEntries} entries", "remove those that you do not need");
        return count < MaxEntries;
    }

    private bool IsNamed(IniSection section)
    {
        string name = NameOf(section);
        bool isName =
            section.Names.Count == 1
            && name.Length is > 0 and <= MaxName
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
        if (!isName)
            Report(
                section.Header!,
                "",
                section.Header!.Text.Trim(),
                $"the name of an entry has letters, digits, - and _, and at most {MaxName} of them",
                "write a line like [my-entry]"
            );
        return isName;
    }

    private static bool IsProvider(IniSection section) =>
        section.Names[0].StartsWith(ProviderPrefix, StringComparison.OrdinalIgnoreCase);

    private static string NameOf(IniSection section) =>
        IsProvider(section) ? section.Names[0][ProviderPrefix.Length..].Trim().ToLowerInvariant() : section.Names[0];

    private static Problem? Explain(IniEntry entry, string[] known) =>
        (IsKnown(entry, known), entry.IsCut || entry.Line.IsTooLong) switch
        {
            (false, _) => new Problem(
                Severity.Error,
                entry.Line.File,
                entry.Line.Number,
                entry.Key,
                "",
                "no such key",
                NearestName.Of(entry.Key, known) is { } nearest
                    ? $"did you mean {nearest}?"
                    : $"there are {string.Join(", ", known)}"
            ),
            (_, true) => new Problem(
                Severity.Error,
                entry.Line.File,
                entry.Line.Number,
                entry.Key,
                "",
                $"the value is longer than {IniEntry.MaxLength} characters",
                "make two entries of it"
            ),
            _ => null,
        };

    private static bool IsKnown(IniEntry entry, string[] known) => known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase);

    private void ReadProvider(IniSection section)
    {
        string id = NameOf(section);
        MailProvider? known = _shipped?.Providers.FirstOrDefault(provider => provider.Id == id);
        IReadOnlyList<string> hosts = section.Find("Hosts") is { } named ? Hosts(named.Text) : known?.Hosts ?? [];
        string? odd = hosts.FirstOrDefault(host => Uri.CheckHostName(host) != UriHostNameType.Dns);
        bool isOthers = id == MailProvider.Others;
        if (odd is not null)
            Report(section.Find("Hosts")!, "not a domain name", "write Hosts = mx.example.com, example.net");
        else if (isOthers && hosts.Count > 0)
            Report(section.Find("Hosts")!, "the others are those that no provider names", "leave Hosts out");
        else if (!isOthers && hosts.Count == 0)
            Report(section, "the provider has no Hosts", "write Hosts = example.com, the domain of its mail servers");
        else
            _providers.Add(new MailProvider(id, Text(section, "Name", known?.Name ?? id), hosts, ShapeOf(section, known?.Shape)));
    }

    private static string[] Hosts(string text) =>
        [
            .. text.ToLowerInvariant()
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(host => host.Trim('.')),
        ];

    /// <summary>Null where nothing is said: the usual counts then.</summary>
    private ProviderShape? ShapeOf(IniSection section, ProviderShape? known)
    {
        if (known is null && ShapeKeys.All(key => section.Find(key) is not { IsBlank: false }))
            return null;
        ProviderShape usual = known ?? _shipped?.UsualShape ?? ProviderShape.Usual;
        return new ProviderShape(
            Number(section, "Connections", usual.Connections, 1),
            Number(section, "MessagesPerConnection", usual.MessagesPerConnection, 1),
            Number(section, "MessagesPerMinute", usual.MessagesPerMinute, 0),
            Source(section, "Source", known?.Source)
        )
        {
            WarmUp = WarmUpOf(section, known?.WarmUp),
        };
    }

    /// <summary>Null where nothing is said: the usual counts then.</summary>
    private WarmUpPlan? WarmUpOf(IniSection section, WarmUpPlan? known)
    {
        if (section.Find("WarmUp") is not { IsBlank: false } entry)
            return known;
        if (WarmUpPlan.ParseDays(entry.Text) is { } days)
            return new WarmUpPlan(days, Source(section, "WarmUpSource", known: ""));
        Report(
            entry,
            $"not a list of at most {WarmUpPlan.MostDays} numbers from 1 to {WarmUpPlan.MostMessages}, none less than the one before",
            $"write WarmUp = 50, 100, 250 or WarmUp = {WarmUpPlan.NoDays}"
        );
        return known;
    }

    private int Number(IniSection section, string key, int usual, int least)
    {
        if (section.Find(key) is not { IsBlank: false } entry)
            return usual;
        if (int.TryParse(entry.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            if (number >= least && number <= MostOfShape)
                return number;
        Report(entry, $"not a number from {least} to {MostOfShape}", $"write {key} = {usual}");
        return usual;
    }

    private void ReadRule(IniSection section)
    {
        string name = section.Names[0];
        ReplyRule? known = _shipped?.Rules.FirstOrDefault(rule => rule.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        int faults = _problems.Count(problem => problem.Severity == Severity.Error);
        var rule = new ReplyRule(
            known?.Name ?? name,
            Choice(section, "Said", "peer", "us", known?.FromPeer ?? true),
            Value(section, "Provider", known?.Provider, ProviderOf),
            Value(section, "Code", known?.Codes, BasicCodes),
            Value(section, "Enhanced", known?.Enhanced, EnhancedCodes),
            Value(section, "Text", known?.Text, Words),
            ClassOf(section, known),
            Text(section, "Explanation", known?.Explanation),
            Text(section, "Remedy", known?.Remedy),
            Source(section, "Source", known?.Source)
        )
        {
            IsOfPace = Choice(section, "Pace", "yes", "no", known?.IsOfPace ?? true),
        };
        // One that is wrong is reported already.
        bool saysWhich =
            rule is not { Codes: null, Enhanced: null, Text: null } || Criteria.Any(key => section.Find(key) is not null);
        if (!saysWhich)
            Report(section, "nothing says which replies are meant", "write Text, Enhanced or Code");
        if (rule.Explanation.Length == 0)
            Report(section, "there is no Explanation", "write Explanation = what the reply means, in a sentence");
        if (_problems.Count(problem => problem.Severity == Severity.Error) == faults)
            _rules.Add(rule);
    }

    /// <summary>The entry's own value if it has one, even one that is wrong, else that of the shipped entry of its name.</summary>
    private static T? Value<T>(IniSection section, string key, T? known, Func<IniEntry, T?> read)
        where T : class => section.Find(key) is { IsBlank: false } entry ? read(entry) : known;

    private static string Text(IniSection section, string key, string? known) =>
        section.Find(key) is { IsBlank: false } entry ? entry.Text : known ?? "";

    private bool Choice(IniSection section, string key, string usual, string other, bool known)
    {
        if (section.Find(key) is not { IsBlank: false } entry)
            return known;
        bool isUsual = entry.Text.Equals(usual, StringComparison.OrdinalIgnoreCase);
        if (!isUsual && !entry.Text.Equals(other, StringComparison.OrdinalIgnoreCase))
            Report(entry, $"neither {usual} nor {other}", $"write {key} = {usual}, or leave it out");
        return isUsual;
    }

    private MailProvider? ProviderOf(IniEntry entry)
    {
        MailProvider? provider = _providers.Find(one => one.Id.Equals(entry.Text, StringComparison.OrdinalIgnoreCase));
        if (provider is null)
        {
            string? nearest = NearestName.Of(entry.Text, _providers.Select(one => one.Id));
            Report(entry, "no such provider", nearest is null ? "add a section [provider NAME]" : $"did you mean {nearest}?");
        }

        return provider;
    }

    private CodePattern? BasicCodes(IniEntry entry)
    {
        CodePattern? codes = CodePattern.ParseBasic(entry.Text);
        if (codes is null)
            Report(entry, "not codes of failures, such as 550, 4xx", "write Code = 550");
        return codes;
    }

    private CodePattern? EnhancedCodes(IniEntry entry)
    {
        CodePattern? codes = CodePattern.ParseEnhanced(entry.Text);
        if (codes is null)
            Report(entry, "not enhanced codes of failures, such as 5.7.25, x.1.1", "write Enhanced = 5.7.25");
        return codes;
    }

    private TextPattern? Words(IniEntry entry)
    {
        TextPattern? text = TextPattern.Parse(entry.Text, out string fault);
        if (text is null)
            Report(entry, fault, "write more of what the server says");
        return text;
    }

    private FailureClass ClassOf(IniSection section, ReplyRule? known)
    {
        if (section.Find("Class") is not { IsBlank: false } entry)
        {
            if (known is null)
                Report(section, "there is no Class", $"write Class = one of {Classes()}");
            return known?.Class ?? FailureClass.Unknown;
        }

        if (FailureClasses.TryParse(entry.Text, out FailureClass kind))
            return kind;
        string? nearest = NearestName.Of(entry.Text, FailureClasses.All.Select(one => one.Word()));
        Report(entry, "no such class", nearest is null ? $"there are {Classes()}" : $"did you mean {nearest}?");
        return FailureClass.Unknown;
    }

    private static string Classes() => string.Join(", ", FailureClasses.All.Select(kind => kind.Word()));

    private string Source(IniSection section, string key, string? known)
    {
        if (section.Find(key) is not { IsBlank: false } entry)
            return known ?? "";
        bool isUrl = Uri.TryCreate(entry.Text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
        if (!isUrl)
            Report(entry, "not the address of a page", $"write {key} = https://...");
        return entry.Text;
    }

    private void Report(IniSection section, string reason, string remedy) =>
        Report(section.Header!, "", section.Header!.Text.Trim(), reason, remedy);

    private void Report(IniEntry entry, string reason, string remedy) =>
        Report(entry.Line, entry.Key, entry.Text, reason, remedy);

    private void Report(IniLine line, string key, string value, string reason, string remedy) =>
        _problems.Add(new Problem(Severity.Error, line.File, line.Number, key, value, reason, remedy));
}
