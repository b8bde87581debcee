using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Reads one key at a time: finds its entry, reads the value as Synchronet does, notes what is doubtful about it, and remembers what is in
/// force and why.
/// </summary>
/// <param name="document">The file.</param>
/// <param name="table">Finds a key of this file by name.</param>
/// <param name="directory">What paths are relative to.</param>
/// <param name="problems">Where doubts go.</param>
/// <param name="values">Where the outcome goes.</param>
internal sealed class SettingReader(
    IniDocument document,
    Func<string, SettingKey?> table,
    string directory,
    ICollection<Problem> problems,
    IList<EffectiveValue> values
)
{
    public bool Boolean(string name) => Read(name, (_, text) => IniNumber.ReadBoolean(text), value => value ? "true" : "false");

    public int Integer(string name) => Read(name, ReadInteger, value => value.ToString(CultureInfo.InvariantCulture));

    public int Port(string name) => Read(name, ReadPort, value => value.ToString(CultureInfo.InvariantCulture));

    public long Bytes(string name) =>
        Read(name, (key, text) => Limit(key, IniBytes.Read(text), n => n, t => IniBytes.Read(t).Value), IniBytes.Write);

    public TimeSpan Duration(string name) => Read(name, ReadDuration, IniDuration.Write);

    public TimeSpan Seconds(string name) =>
        Read(name, (key, text) => ReadPlain(key, text, "seconds", 1).As(n => TimeSpan.FromSeconds(n)), SecondsText);

    public TimeSpan Milliseconds(string name) =>
        Read(
            name,
            (key, text) => ReadPlain(key, text, "milliseconds", 1000).As(n => TimeSpan.FromMilliseconds(n)),
            value => IniNumber.Invariant(value.TotalMilliseconds)
        );

    public string Text(string name) => Read(name, ReadText, value => value);

    public Secret Secret(string name) =>
        Read(name, (key, text) => ReadText(key, text).As(value => new Secret(value)), value => value.ToString());

    /// <summary>A full path, or blank.</summary>
    public string Path(string name) =>
        Read(name, (key, text) => ReadText(key, text).As(path => path.Length == 0 ? "" : FullPath(path)), value => value);

    public IReadOnlyList<string> List(string name) =>
        Read(name, (_, text) => new IniReading<IReadOnlyList<string>>(IniList.Read(text)), value => string.Join(',', value));

    public SyslogLevel Level(string name) =>
        Read(
            name,
            (_, text) => IniChoice.Read(text, Enum.GetNames<SyslogLevel>()).As(index => (SyslogLevel)index),
            value => value.ToString()
        );

    /// <summary>One of some words, in full; which, from zero.</summary>
    public int Choice(string name, IReadOnlyList<string> words) =>
        Read(name, (key, text) => ReadChoice(key, text, words), index => words[index]);

    /// <summary>As A-labels: that is how it goes into the DNS and into greetings. RFC 5891 §4.</summary>
    public string HostName(string name) => Read(name, (key, text) => ReadHost(key, text).As(AsALabels), value => value);

    private static string AsALabels(string host) =>
        !System.Text.Ascii.IsValid(host) && MailAddress.TryParse($"x@{host}", out MailAddress? address)
            ? address.AsciiDomain
            : host;

    public ServerAddress? DnsServer(string name) => Read(name, ReadResolver, value => value?.ToString() ?? "");

    public IReadOnlyList<ListenAddress> ListenAddresses(string name) =>
        Read(
            name,
            (_, text) => ReadItems(text, ListenAddress.Parse, "no address (ip, ip:port or [v6]:port)"),
            value => string.Join(',', value)
        );

    public IPAddress? IPv4Address(string name) =>
        Read(name, (_, text) => ReadAddress(text, AddressFamily.InterNetwork, "IPv4"), value => value?.ToString() ?? "");

    public IPAddress? IPv6Address(string name) =>
        Read(name, (_, text) => ReadAddress(text, AddressFamily.InterNetworkV6, "IPv6"), value => value?.ToString() ?? "");

    /// <summary>The machine itself is always among them.</summary>
    public IReadOnlyList<IPNetwork> Networks(string name) =>
        Read(
                name,
                (_, text) => ReadItems($"127.0.0.0/8,::1/128,{text}", ParseNetwork, "no network (address or address/bits)"),
                value => string.Join(',', value)
            )
            .Select(network => network!.Value)
            .ToList();

    public IReadOnlyList<IPAddress> Addresses(string name) =>
        Read(
                name,
                (_, text) =>
                    ReadItems(text, item => IPAddress.TryParse(item, out IPAddress? address) ? address : null, "no IP address"),
                value => string.Join(',', value)
            )
            .Select(address => address!)
            .ToList();

    public MailOptions Options(string name)
    {
        MailOptions options = Read(name, (_, text) => ReadOptions(text), value => IniFlags.Write((uint)value, KeyTable.FlagBits));
        EffectiveValue all = values[^1];
        foreach (SettingFlag flag in KeyTable.Flags.Where(f => options.HasFlag(f.Value)))
            values.Add(new EffectiveValue(all.Section, $"{name}: {flag.Name}", "set", all.Source, flag.IsUsedYet));
        return options;
    }

    public DeliveryMode DeliveryMode(string name, MailOptions options)
    {
        DeliveryMode wanted = options.HasFlag(MailOptions.RELAY_TX)
            ? Configuration.DeliveryMode.Relay
            : Configuration.DeliveryMode.Direct;
        return Read(name, (_, text) => ReadMode(text, wanted), value => value.ToString());
    }

    /// <summary>The entry that decides about a key: its own, else the one that it inherits.</summary>
    public IniEntry? EntryOf(string name)
    {
        SettingKey key = table(name)!;
        IniEntry? own = document.Find(key.Section, key.Name);
        if (own is { IsBlank: false } || (own is not null && key.Type == SettingType.Flags))
            return own;
        return key.GlobalName is { } global && document.Find("Global", global) is { IsBlank: false } inherited ? inherited : null;
    }

    /// <summary>Notes a problem at the key's entry, or at its file if it has none.</summary>
    public void Report(Severity severity, string name, string reason, string remedy)
    {
        IniEntry? entry = EntryOf(name) ?? document.Find(table(name)!.Section, name);
        IniLine? line = entry?.Line ?? document.Section(table(name)!.Section)?.Header;
        string value = table(name)!.Type == SettingType.Secret ? "" : entry?.Plain ?? "";
        problems.Add(new Problem(severity, line?.File ?? "", line?.Number ?? 0, entry?.Key ?? name, value, reason, remedy));
    }

    private T Read<T>(string name, Func<SettingKey, string, IniReading<T>> parse, Func<T, string> write)
    {
        SettingKey key = table(name)!;
        IniEntry? entry = EntryOf(name);
        IniReading<T> reading = parse(
            key,
            entry is null ? key.Default
                : key.IsText ? entry.Text
                : entry.Plain
        );
        if (entry is not null)
            foreach (IniFault fault in FaultsOf(entry, key).Concat(reading.Faults))
                Report(fault.Severity, key.Name, fault.Reason, RemedyOf(key, entry.Key, fault));

        string value = write(reading.Value);
        values.Add(
            new EffectiveValue(key.Section, key.Name, value, SourceOf(entry, key), key.IsUsedYet)
            {
                SecretFile =
                    value.Length == 0 ? null
                    : key.Type == SettingType.Secret ? entry?.Line.File
                    : key.NamesSecret ? value
                    : null,
            }
        );
        return reading.Value;
    }

    private static IEnumerable<IniFault> FaultsOf(IniEntry entry, SettingKey key)
    {
        if (entry.Line.IsTooLong || entry.IsCut)
            yield return new IniFault(Severity.Warning, $"only the first {IniEntry.MaxLength} characters of a value are read");
        if (!key.IsText || entry.IsLiteral)
            yield break;
        if (entry.Text is ['"', .., '"'])
            yield return new IniFault(
                Severity.Warning,
                $"after = the quotes belong to the value; after : they do not, as in {key.Name}:\"text\""
            );
        else if (entry.Text.Contains(" ;", StringComparison.Ordinal) || entry.Text.Contains("\t;", StringComparison.Ordinal))
            yield return new IniFault(Severity.Warning, "a comment cannot follow a text: what is behind ; belongs to the value");
    }

    private static string RemedyOf(SettingKey key, string name, IniFault fault)
    {
        if (key.Type == SettingType.Secret)
            return "";
        string value = fault.Better ?? (key.Example.Length > 0 ? key.Example : key.Default);
        return value.Length == 0 || (fault.Better is null && fault.Severity == Severity.Warning) ? "" : $"write {name}={value}";
    }

    private static string SourceOf(IniEntry? entry, SettingKey key) =>
        entry is null ? EffectiveValue.Default
        : key.GlobalName is not null && entry.Section.Equals("Global", StringComparison.OrdinalIgnoreCase)
            ? $"[Global] {entry.Line}"
        : entry.Line.ToString();

    private static IniReading<T> Limit<T>(SettingKey key, IniReading<T> reading, Func<T, double> measure, Func<string, T> parse)
    {
        double amount = measure(reading.Value);
        if (reading.Faults.Any(f => f.Severity == Severity.Error))
            return reading with { Value = parse(key.Default) };
        if (amount == 0 && key.ZeroMeans is { } meaning)
            return reading with { Value = parse(meaning) };
        if (amount >= key.Minimum && amount <= key.Maximum)
            return reading;
        return new IniReading<T>(
            parse(key.Default),
            [.. reading.Faults, new IniFault(Severity.Error, $"out of range ({key.Range})")]
        );
    }

    private static IniReading<int> ReadInteger(SettingKey key, string text) =>
        Limit(key, IniNumber.ReadInteger(text), n => n, t => IniNumber.ReadInteger(t).Value).As(n => (int)n);

    private static IniReading<int> ReadPort(SettingKey key, string text)
    {
        IniReading<int> reading = ReadInteger(key, text);
        var faults = reading.Faults.Select(f =>
            f.Severity == Severity.Error ? f with { Reason = $"not a port number ({key.Range})" } : f
        );
        return reading with { Faults = [.. faults] };
    }

    private static IniReading<TimeSpan> ReadDuration(SettingKey key, string text) =>
        Limit(key, IniDuration.Read(text), d => d.TotalSeconds, t => IniDuration.Read(t).Value);

    /// <summary>A number without a unit. Whoever writes <c>1h</c> gets 1, and means 3600.</summary>
    private static IniReading<long> ReadPlain(SettingKey key, string text, string unit, int perSecond)
    {
        IniReading<long> number = IniNumber.ReadInteger(text);
        if (number.Faults is [{ Severity: Severity.Warning } fault] && IniDuration.Read(text) is { Faults.Count: 0 } meant)
        {
            string better = IniNumber.Invariant(meant.Value.TotalSeconds * perSecond);
            number = new IniReading<long>(
                number.Value,
                fault with
                {
                    Reason = $"read as {number.Value} {unit}: this key takes no unit",
                    Better = better,
                }
            );
        }

        return Limit(key, number, n => n, t => IniNumber.ReadInteger(t).Value);
    }

    private static string SecondsText(TimeSpan value) => IniNumber.Invariant(value.TotalSeconds);

    private static IniReading<string> ReadText(SettingKey key, string text)
    {
        if (text.Any(char.IsControl))
            return new IniReading<string>("", new IniFault(Severity.Error, "contains a control character"));
        if (text.Length <= key.Maximum)
            return new IniReading<string>(text);
        return new IniReading<string>(
            text[..(int)key.Maximum],
            new IniFault(Severity.Warning, $"only the first {key.Maximum} characters are read")
        );
    }

    private string FullPath(string path) => System.IO.Path.GetFullPath(System.IO.Path.Combine(directory, path));

    private static IniReading<string> ReadHost(SettingKey key, string text)
    {
        IniReading<string> read = ReadText(key, text);
        if (read.Value.Length == 0)
            return read;
        if (ServerAddress.Parse(read.Value) is not { } server)
            return new IniReading<string>("", new IniFault(Severity.Error, "neither a host name nor an address"));
        return server.Port is { } port
            ? new IniReading<string>(
                server.Host,
                new IniFault(Severity.Error, $"the port {port} has a key of its own", server.Host)
            )
            : new IniReading<string>(server.Host);
    }

    private static IniReading<ServerAddress?> ReadResolver(SettingKey key, string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] is '[' or ':'))
            return new IniReading<ServerAddress?>(null);
        ServerAddress? server = ServerAddress.Parse(text);
        IniFault? fault = server is null ? new IniFault(Severity.Error, "neither a host nor host:port nor [v6]:port") : null;
        return new IniReading<ServerAddress?>(server, fault);
    }

    private static IniReading<IReadOnlyList<T>> ReadItems<T>(string text, Func<string, T?> parse, string complaint)
    {
        var items = new List<T>();
        var faults = new List<IniFault>();
        foreach (string item in IniList.Read(text))
        {
            if (parse(item) is { } parsed)
                items.Add(parsed);
            else
                faults.Add(new IniFault(Severity.Error, $"'{item}' is {complaint}"));
        }

        return new IniReading<IReadOnlyList<T>>(items, faults);
    }

    private static IPNetwork? ParseNetwork(string text) => Network.TryParse(text, out IPNetwork network) ? network : null;

    /// <summary>The address that means any is the same as none.</summary>
    private static IniReading<IPAddress?> ReadAddress(string text, AddressFamily family, string familyName)
    {
        if (text is "" or "0")
            return new IniReading<IPAddress?>(null);
        if (!ServerAddress.IsAddress(text) || IPAddress.Parse(text) is not { } address || address.AddressFamily != family)
            return new IniReading<IPAddress?>(null, new IniFault(Severity.Error, $"not an {familyName} address"));
        return new IniReading<IPAddress?>(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address);
    }

    private static IniReading<MailOptions> ReadOptions(string text)
    {
        IniReading<uint> flags = IniFlags.Read(text, KeyTable.FlagBits, KeyTable.FormerFlags);
        bool hasNumber = text.Split('|', StringSplitOptions.TrimEntries)
            .Any(item => item.Length > 0 && char.IsAsciiDigit(item[0]));
        const MailOptions Reused = MailOptions.NO_READ_POP3 | MailOptions.DNSBL_SPAMHASH | (MailOptions)(1u << 31);
        if (!hasNumber || ((MailOptions)flags.Value & Reused) == MailOptions.None)
            return flags.As(value => (MailOptions)value);

        // Bits 7 and 20 had other meanings once, and bit 31 has none any more.
        var doubt = new IniFault(
            Severity.Warning,
            "a number from an old installation may mean other flags today",
            IniFlags.Write(flags.Value, KeyTable.FlagBits)
        );
        return new IniReading<MailOptions>((MailOptions)flags.Value, [.. flags.Faults, doubt]);
    }

    private static IniReading<int> ReadChoice(SettingKey key, string text, IReadOnlyList<string> words)
    {
        string word = text.Trim();
        for (int i = 0; i < words.Count; i++)
            if (words[i].Equals(word, StringComparison.OrdinalIgnoreCase))
                return new IniReading<int>(i);
        string better = NearestName.Of(word, words) ?? key.Default;
        return new IniReading<int>(0, new IniFault(Severity.Error, $"not one of {string.Join(", ", words)}", better));
    }

    private static IniReading<DeliveryMode> ReadMode(string text, DeliveryMode wanted)
    {
        if (text.Length == 0)
            return new IniReading<DeliveryMode>(wanted);
        IniReading<DeliveryMode> said = IniChoice.Read(text, Enum.GetNames<DeliveryMode>()).As(index => (DeliveryMode)index);
        if (
            said.Faults.Count > 0
            || said.Value == wanted
            || (said.Value, wanted) == (Configuration.DeliveryMode.Auto, Configuration.DeliveryMode.Direct)
        )
            return said;

        string reason =
            wanted == Configuration.DeliveryMode.Relay
                ? "the flag RELAY_TX in Options of sbbs.ini says otherwise"
                : "the flag RELAY_TX is missing from Options of sbbs.ini";
        return new IniReading<DeliveryMode>(said.Value, new IniFault(Severity.Error, reason, wanted.ToString()));
    }
}
