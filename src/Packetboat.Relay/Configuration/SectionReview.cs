using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Looks for what reading passes over in silence: names that nobody knows, second occurrences, lines that are nothing. Synchronet ignores
/// them all, and the operator wonders why his setting has no effect.
/// </summary>
internal static class SectionReview
{
    /// <summary>Only the sections that concern mail: the others belong to Synchronet's other servers.</summary>
    public static IEnumerable<Problem> OfSbbsIni(IniDocument document)
    {
        string[] globals = [.. KeyTable.Mail.Select(k => k.GlobalName).OfType<string>(), .. KeyTable.Global.Select(k => k.Name)];
        string[] mails = [.. KeyTable.Mail.Select(k => k.Name), .. KeyTable.Unread];
        return OfSection(document, "Global", entry => ExplainGlobal(entry, globals))
            .Concat(OfSection(document, "Mail", entry => ExplainMail(entry, mails)));
    }

    public static IEnumerable<Problem> OfPacketboatIni(IniDocument document)
    {
        string[] sections = [.. KeyTable.Packetboat.Select(k => k.Section).Distinct(StringComparer.Ordinal)];
        foreach (IniSection section in document.Sections)
        {
            string? known = Array.Find(sections, name => section.IsNamed(name, StringComparison.OrdinalIgnoreCase));
            if (RouteReader.IsRoute(section))
                foreach (Problem problem in OfEntries(section, Severity.Error, entry => Explain(entry, RouteKeys.All)))
                    yield return problem;
            else if (TokenReader.IsToken(section))
                foreach (Problem problem in OfEntries(section, Severity.Error, entry => Explain(entry, TokenKeys.All)))
                    yield return problem;
            else if (BackupReader.IsBackup(section))
                foreach (Problem problem in OfEntries(section, Severity.Error, entry => Explain(entry, BackupKeys.All)))
                    yield return problem;
            else if (known is null && !section.IsRoot)
                yield return UnknownSection(section, sections);
            else if (document.Section(known ?? "") is { } first && first != section)
                yield return Repeated(section.Header!, first);
            else
                foreach (Problem problem in OfEntries(section, Severity.Error, entry => ExplainPacketboat(entry, known)))
                    yield return problem;
        }
    }

    private static IEnumerable<Problem> OfSection(IniDocument document, string name, Func<IniEntry, Problem?> explain)
    {
        if (document.Section(name) is not { } section)
            return [];
        return document
            .Sections.Where(s => s != section && s.IsNamed(name, StringComparison.OrdinalIgnoreCase))
            .Select(s => Repeated(s.Header!, section))
            .Concat(OfEntries(section, Severity.Warning, explain));
    }

    /// <summary>Lines that are nothing, keys that are there twice, and what else there is to say of each key.</summary>
    internal static IEnumerable<Problem> OfEntries(IniSection section, Severity strayIs, Func<IniEntry, Problem?> explain)
    {
        foreach (IniLine line in section.Strays)
            yield return new Problem(
                strayIs,
                line.File,
                line.Number,
                "",
                "",
                "neither key = value nor a comment",
                "begin a comment with ;"
            );

        foreach (IniEntry entry in section.Entries)
        {
            IniEntry first = section.Find(entry.Key)!;
            if (!ReferenceEquals(first, entry))
            {
                // An included file that goes before the rest is how one overrides the other: only a file that contradicts itself is wrong.
                if (first.Line.File == entry.Line.File)
                    yield return About(
                        entry,
                        Severity.Warning,
                        $"{first.Line} has the key already, and the first one counts",
                        "remove one of them"
                    );
            }
            else if (explain(entry) is { } problem)
                yield return problem;
        }
    }

    private static Problem? ExplainMail(IniEntry entry, string[] known)
    {
        if (KeyTable.FormerKeys.TryGetValue(entry.Key, out string? now))
            return About(entry, Severity.Error, $"the key is now {now}", $"rename it to {now}");
        if (known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            return null;
        return About(entry, Severity.Warning, "no such key, and it has no effect", Suggest(NearestName.Of(entry.Key, known)));
    }

    /// <summary>Other servers have keys of their own in <c>[Global]</c>: only what looks like one of ours is a mistake.</summary>
    private static Problem? ExplainGlobal(IniEntry entry, string[] known)
    {
        if (known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase) || NearestName.Of(entry.Key, known) is not { } nearest)
            return null;
        return About(entry, Severity.Warning, "no such key, and it has no effect on mail", Suggest(nearest));
    }

    private static Problem? ExplainPacketboat(IniEntry entry, string? section)
    {
        if (KeyTable.FindPacketboat(entry.Key) is not { } key)
        {
            string? nearest = NearestName.Of(entry.Key, KeyTable.Packetboat.Select(k => k.Name));
            return About(entry, Severity.Error, "no such key", Suggest(nearest));
        }

        return key.Section == section
            ? null
            : About(entry, Severity.Error, "the key stands in the wrong section", $"move it to [{key.Section}]");
    }

    private static Problem? Explain(IniEntry entry, IReadOnlyList<SettingKey> known) =>
        known.Any(key => key.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase))
            ? null
            : About(entry, Severity.Error, "no such key", Suggest(NearestName.Of(entry.Key, known.Select(key => key.Name))));

    private static Problem UnknownSection(IniSection section, string[] known)
    {
        string? nearest = NearestName.Of(section.Names[0], known);
        string remedy = nearest is null
            ? $"there are [{string.Join("], [", known)}], [{RouteKeys.Prefix}NAME], [{BackupKeys.Prefix}NAME] and [{TokenKeys.Prefix}NAME]"
            : $"did you mean [{nearest}]?";
        IniLine line = section.Header!;
        return new Problem(Severity.Error, line.File, line.Number, "", line.Text.Trim(), "no such section", remedy);
    }

    internal static Problem Repeated(IniLine header, IniSection first) =>
        new(
            Severity.Warning,
            header.File,
            header.Number,
            "",
            header.Text.Trim(),
            $"only the section at {first.Header} is read, this one is not",
            "move its lines there"
        );

    /// <summary>Without the value: whoever mistypes RelayPassword has a password behind it all the same.</summary>
    private static Problem About(IniEntry entry, Severity severity, string reason, string remedy) =>
        new(severity, entry.Line.File, entry.Line.Number, entry.Key, "", reason, remedy);

    private static string Suggest(string? nearest) => nearest is null ? "" : $"did you mean {nearest}?";
}
