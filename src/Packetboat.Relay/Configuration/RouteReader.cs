using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Reads the rules of <c>packetboat.ini</c> in their order. A rule that no mail can reach is an error: its operator believes that it counts.
/// </summary>
internal sealed class RouteReader(
    IniDocument document,
    string directory,
    MailSettings mail,
    IReadOnlyList<TokenSettings> tokens,
    BackupReader backups,
    ICollection<Problem> problems,
    IList<EffectiveValue> values
)
{
    public static bool IsRoute(IniSection section) =>
        section.Names[0].StartsWith(RouteKeys.Prefix, StringComparison.OrdinalIgnoreCase);

    public IReadOnlyList<RouteRule> Read()
    {
        var rules = new List<(RouteRule Rule, IniLine Header)>();
        foreach (IniSection section in document.Sections.Where(IsRoute))
        {
            string name = section.Names[0][RouteKeys.Prefix.Length..].Trim();
            if (!BackupReader.IsName(name) || section.Names.Count > 1)
                Report(
                    section,
                    $"the name of a rule has letters, digits, - and _, and at most {BackupReader.MaxName} of them",
                    "write a line like [Route:partner]"
                );
            else if (rules.Find(one => Same(one.Rule.Name, name)) is { Rule: not null } first)
                problems.Add(SectionReview.Repeated(section.Header!, document.Section($"{RouteKeys.Prefix}{first.Rule.Name}")!));
            else if (Rule(section, name) is { } rule)
                Add(rules, rule, section);
        }

        return [.. rules.Select(one => one.Rule)];
    }

    /// <summary>Of a rule, looked at one by one.</summary>
    private const int MaxParts = 10_000;

    private void Add(List<(RouteRule Rule, IniLine Header)> rules, RouteRule rule, IniSection section)
    {
        if (Before(rules, rule) is { Length: > 0 } before)
            Report(
                section,
                $"it never counts: {string.Join(" and ", before.Select(one => $"[{RouteKeys.Prefix}{one.Rule.Name}] at {one.Header}"))} {(before.Length == 1 ? "takes" : "take")} all of its mail before it",
                $"move it in front of {(before.Length == 1 ? $"[{RouteKeys.Prefix}{before[0].Rule.Name}]" : "them")}, or remove it"
            );
        else if (rule.Action == RouteAction.Never)
            WarnOfGaps(rules, rule, section);
        rules.Add((rule, section.Header!));
    }

    /// <summary>
    /// What is written down by name as mail that must not leave does, where a rule before it takes all of that. An exception is no such thing: it
    /// takes a part of what is written.
    /// </summary>
    private void WarnOfGaps(List<(RouteRule Rule, IniLine Header)> rules, RouteRule rule, IniSection section)
    {
        RouteRule[] parts = [.. rule.Parts().Take(MaxParts)];
        foreach ((RouteRule before, IniLine header) in rules.Where(one => one.Rule.Action != RouteAction.Never))
            if (parts.Where(part => First(rules, part) == before).Select(Words).ToArray() is { Length: > 0 } mail)
                problems.Add(
                    new Problem(
                        Severity.Warning,
                        section.Header!.File,
                        section.Header.Number,
                        "",
                        section.Header.Text.Trim(),
                        $"its mail {string.Join(", ", mail)} leaves all the same: [{RouteKeys.Prefix}{before.Name}] at {header} takes that before it",
                        $"move it in front of [{RouteKeys.Prefix}{before.Name}]"
                    )
                );
    }

    /// <summary>The rule that takes all of it.</summary>
    private static RouteRule? First(List<(RouteRule Rule, IniLine Header)> rules, RouteRule part) =>
        rules.Find(one => one.Rule.Covers(part)).Rule;

    private static string Words(RouteRule part) =>
        string.Join(
            ' ',
            part.Senders.Select(one => $"from {one}")
                .Concat(part.Accounts.Select(one => $"of {one}"))
                .Concat(part.Recipients.Select(one => $"to {one}"))
        );

    /// <summary>The rules that leave nothing for this one, each by itself or several together; none: something is left.</summary>
    private static (RouteRule Rule, IniLine Header)[] Before(List<(RouteRule Rule, IniLine Header)> rules, RouteRule rule)
    {
        if (rules.Find(one => one.Rule.Covers(rule)) is { Rule: not null } whole)
            return [whole];
        var taking = new List<(RouteRule Rule, IniLine Header)>();
        foreach (RouteRule part in rule.Parts().Take(MaxParts + 1))
        {
            if (rules.Find(one => one.Rule.Covers(part)) is not { Rule: not null } one)
                return [];
            if (!taking.Contains(one))
                taking.Add(one);
        }

        // Of a rule with more parts than that the rest is not looked at, and may count.
        return rule.Parts().Skip(MaxParts).Any() ? [] : [.. taking];
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private RouteRule? Rule(IniSection section, string name)
    {
        SettingKey? find(string key) => RouteKeys.Find(key) is { } known ? known with { Section = section.Names[0] } : null;
        var keys = new SettingReader(document, find, directory, problems, values);
        if (section.Find("Action") is not { IsBlank: false })
        {
            Report(section, "nothing says what is done with this mail", $"write Action={string.Join(" or ", RouteKeys.Actions)}");
            return null;
        }

        var action = (RouteAction)keys.Choice("Action", RouteKeys.Actions);
        var rule = new RouteRule(name, action)
        {
            Senders = Domains(keys, "SenderDomain"),
            Accounts = Accounts(keys),
            Recipients = Domains(keys, "RecipientDomain"),
            Source4 = keys.IPv4Address("OutboundInterface"),
            Source6 = keys.IPv6Address("OutboundV6Interface"),
        };
        RelaySettings? relay = Relay(action, keys, name);
        return rule with
        {
            Relay = relay,
            Backups = relay is null ? [] : [.. backups.Named(keys, "Backups").Select(one => one with { Rule = name })],
        };
    }

    private static DomainPattern[] Domains(SettingReader keys, string key)
    {
        var found = new List<DomainPattern>();
        foreach (string text in keys.List(key))
        {
            if (DomainPattern.Parse(text) is { } domain)
                found.Add(domain);
            else
                keys.Report(Severity.Error, key, $"'{text}' is no domain", $"write {key}=example.com or *.example.com");
        }

        return [.. found];
    }

    private static IReadOnlyList<string> Accounts(SettingReader keys)
    {
        IReadOnlyList<string> accounts = keys.List("Account");
        foreach (string account in accounts)
            if (!QwkId.TryParse(account, out _, out Refusal? fault))
                keys.Report(Severity.Error, "Account", $"'{account}' is no account: {fault.Reason}", "write Account=MYBBS");
        return accounts;
    }

    private RelaySettings? Relay(RouteAction action, SettingReader keys, string name)
    {
        string server = keys.Text("Relay");
        RelayAccess access = RelayAccess.Read(keys, tokens);
        if (action is not (RouteAction.Relay or RouteAction.Auto))
        {
            string? key =
                server.Length > 0 ? "Relay"
                : access.SignInKey is { } signIn ? signIn
                : access.Certificate is not null ? "Certificate"
                : access.Tls != RelayTls.Credentials ? "Tls"
                : keys.List("Backups").Count > 0 ? "Backups"
                : null;
            if (key is not null)
                keys.Report(Severity.Error, key, "only Action=relay and Action=auto have a relay", "remove it");
            return null;
        }

        RelaySettings? relay = server.Length > 0 ? access.At(keys, "Relay", server) : Usual(keys, access);
        return relay is null ? null : access.On(relay) with { Rule = name };
    }

    private RelaySettings? Usual(SettingReader keys, RelayAccess access)
    {
        if (access.SignInKey is { } key)
            keys.Report(
                Severity.Error,
                key,
                "RelayServer is signed in to as sbbs.ini says, with RelayUsername and RelayPassword",
                "write Relay=relay.example.net too"
            );
        if (mail.RelayServer.Length > 0)
            return RelaySettings.From(mail);
        keys.Report(
            Severity.Error,
            "Action",
            "there is no relay: Relay is blank here, and RelayServer in sbbs.ini",
            "write Relay=relay.example.net"
        );
        return null;
    }

    private void Report(IniSection section, string reason, string remedy) =>
        problems.Add(
            new Problem(
                Severity.Error,
                section.Header!.File,
                section.Header.Number,
                "",
                section.Header.Text.Trim(),
                reason,
                remedy
            )
        );
}
