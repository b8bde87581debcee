using System.Collections.Frozen;
using Packetboat.Protocol;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// What reports say to senders, in one language: a file of <c>Words</c> beside this one. It speaks of what a sender can know and do; what
/// the operator can do stands in the table of replies.
/// </summary>
internal sealed class ReportWords
{
    private const string Folder = "Packetboat.Relay.Delivery.Words.";
    private const string Extension = ".ini";

    /// <summary>No entry has a blank in its name, and so none is taken for another section.</summary>
    private const string EntryPrefix = "entry ";

    /// <summary>The language that the program speaks.</summary>
    private const string Original = "en";

    private static readonly FrozenDictionary<string, ReportWords> ByLanguage = Read();

    private readonly string _language;
    private readonly IniDocument _file;
    private readonly DetailWords _details;

    private ReportWords(string language, IniDocument file, IniDocument english) =>
        (_language, _file, _details) = (language, file, new DetailWords(english, file));

    /// <summary>Such as <c>de</c>, <c>en</c>.</summary>
    public static IReadOnlyList<string> Languages { get; } = [.. ByLanguage.Keys.Order(StringComparer.Ordinal)];

    /// <summary>As RFC 5646 names it.</summary>
    public string Language => _language;

    /// <param name="language">One of <see cref="Languages"/>; the settings have no other.</param>
    public static ReportWords Of(string language) => ByLanguage[language];

    /// <param name="gravest">Of what the report tells.</param>
    /// <param name="reportingHost">Ourselves.</param>
    public DsnWords For(DsnAction gravest, string reportingHost) =>
        new()
        {
            Language = _language,
            Subject = Text("subject", gravest is DsnAction.Failed or DsnAction.Delayed ? gravest.ToString() : "Other"),
            Opening = Filled(Text("report", "Opening"), ("host", reportingHost)),
            Introductions = Enum.GetValues<DsnAction>()
                .ToDictionary(action => action, action => Text("introduction", action.ToString())),
            Said = Text("report", "Said"),
        };

    /// <summary>The message was passed on, and that is all that is known.</summary>
    public IReadOnlyList<string> Relayed() => [Text("relayed", "What")];

    /// <summary>What happened, whose fault it is, what the sender can do, and that nothing more will be tried; a paragraph each.</summary>
    /// <param name="cause">Why it failed.</param>
    /// <param name="domain">Of the recipient.</param>
    /// <param name="ownWords">What we say of it ourselves; empty where a peer has spoken.</param>
    /// <param name="isExhausted">Patience ended it, not a refusal.</param>
    public IReadOnlyList<string> Failed(Cause cause, string domain, string ownWords, bool isExhausted)
    {
        string never = Text("report", "Never");
        return
        [
            .. Known(SectionOf(cause), domain, "Advice"),
            .. Detail(ownWords),
            isExhausted ? $"{never} {Text("report", "Exhausted")}" : never,
        ];
    }

    /// <summary>What the operator has returned.</summary>
    /// <param name="why">His words.</param>
    public IReadOnlyList<string> Returned(string why) => [$"{Text("report", "ByOperator")} {why}", Text("report", "Never")];

    /// <summary>What happened, whose fault it is, what the sender can do, and when it is tried again; a paragraph each.</summary>
    /// <param name="cause">Why it has not been delivered.</param>
    /// <param name="domain">Of the recipient.</param>
    /// <param name="ownWords">What we say of it ourselves; empty where a peer has spoken.</param>
    /// <param name="hasSpoken">The report quotes a peer.</param>
    /// <param name="next">When it is tried again; null where that is not known.</param>
    /// <param name="until">When it goes back.</param>
    public IReadOnlyList<string> Delayed(
        Cause cause,
        string domain,
        string ownWords,
        bool hasSpoken,
        DateTimeOffset? next,
        DateTimeOffset until
    ) =>
        [
            .. Known(cause.IsKnown || hasSpoken ? SectionOf(cause) : "waiting", domain, "Wait"),
            .. Detail(ownWords),
            next is { } time
                ? Filled(Text("report", "Next"), ("next", ReadableTime.Of(time)), ("until", ReadableTime.Of(until)))
                : Filled(Text("report", "Until"), ("until", ReadableTime.Of(until))),
        ];

    /// <param name="domain">US-ASCII.</param>
    /// <returns>US-ASCII, so that it can stand in a header.</returns>
    public string ArrivalSubject(string domain) => Filled(Text("arrival", "Subject"), ("domain", domain));

    /// <summary>That mail was taken and may not arrive; a paragraph each.</summary>
    /// <param name="host">Ourselves.</param>
    /// <param name="id">Of the message.</param>
    /// <param name="problems">What is wrong and what mends it.</param>
    public IReadOnlyList<string> Arrival(string host, string id, IReadOnlyList<string> problems) =>
        [
            Filled(Text("report", "Opening"), ("host", host)),
            Filled(Text("arrival", "What"), ("id", id)),
            .. problems,
            Filled(Text("arrival", "Once"), ("host", host)),
        ];

    /// <summary>What is known more closely than by its class may have words of its own.</summary>
    private string SectionOf(Cause cause) =>
        cause.Rule.Length > 0 && _file.Section(EntryPrefix + cause.Rule) is not null
            ? EntryPrefix + cause.Rule
            : cause.Class.Word();

    private IEnumerable<string> Known(string section, string domain, string advice)
    {
        yield return Filled(Text(section, "What"), ("domain", domain));
        yield return Filled(Text(section, "Fault"), ("domain", domain));
        yield return $"{Text("report", "Advice")} {Filled(Text(section, advice), ("domain", domain))}";
    }

    private IEnumerable<string> Detail(string ownWords) => ownWords.Length == 0 ? [] : [$"({_details.Of(ownWords)})"];

    private string Text(string section, string key) =>
        _file.Find(section, key)?.Text ?? throw new InvalidDataException($"{_language}: no {key} in [{section}]");

    private static string Filled(string text, params ReadOnlySpan<(string Name, string Value)> values)
    {
        foreach ((string name, string value) in values)
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }

    private static FrozenDictionary<string, ReportWords> Read()
    {
        FrozenDictionary<string, IniDocument> files = typeof(ReportWords)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Folder.Length..^Extension.Length], Read, StringComparer.Ordinal);
        return files.ToFrozenDictionary(
            file => file.Key,
            file => new ReportWords(file.Key, file.Value, files[Original]),
            StringComparer.Ordinal
        );
    }

    private static IniDocument Read(string resource)
    {
        using Stream stream = typeof(ReportWords).Assembly.GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return IniReader.Parse(content, resource, "");
    }
}
