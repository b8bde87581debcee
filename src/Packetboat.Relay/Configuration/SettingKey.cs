using System.Globalization;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Configuration;

/// <summary>How a value is written.</summary>
public enum SettingType
{
    Boolean,
    Integer,
    Port,
    Duration,

    /// <summary>A duration that takes no unit: <c>1h</c> would read as one second.</summary>
    Seconds,

    /// <summary>A duration that takes no unit.</summary>
    Milliseconds,
    Bytes,
    Text,
    Secret,
    Path,
    List,
    Flags,
    LogLevel,
    HostName,
    DnsServer,
    ListenAddresses,
    IPv4Address,
    IPv6Address,
    Networks,

    /// <summary>Single ones, separated by commas.</summary>
    Addresses,
    DeliveryMode,

    /// <summary>One of a few words.</summary>
    Choice,
}

/// <summary>A key that an ini file may have: everything there is to know about it but its value.</summary>
/// <param name="Section">Where it stands.</param>
/// <param name="Name">As Synchronet writes it; read in any case.</param>
/// <param name="Type">How its value is written.</param>
/// <param name="Default">The value where it is missing or blank, as it would be written.</param>
/// <param name="Description">For the operator.</param>
public sealed record SettingKey(string Section, string Name, SettingType Type, string Default, string Description)
{
    /// <summary>The key of <c>[Global]</c> whose value is taken where this one is missing or blank.</summary>
    public string? GlobalName { get; init; }

    /// <summary>Whether anything in this version looks at it.</summary>
    public bool IsUsedYet { get; init; }

    /// <summary>What 0 stands for, if not for itself.</summary>
    public string? ZeroMeans { get; init; }

    /// <summary>The least number, of seconds where it is a duration.</summary>
    public long Minimum { get; init; }

    /// <summary>The greatest number, of seconds where it is a duration, of characters where it is a text.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>A value that makes sense, to show how one is written. Blank: the default does.</summary>
    public string Example { get; init; } = "";

    /// <summary>A path of a file that has a password in it.</summary>
    public bool NamesSecret { get; init; }

    /// <summary>Whether it is read as a string, so that literals count and a comment cannot follow.</summary>
    public bool IsText =>
        Type
            is SettingType.Text
                or SettingType.Secret
                or SettingType.Path
                or SettingType.List
                or SettingType.HostName
                or SettingType.DnsServer
                or SettingType.ListenAddresses
                or SettingType.Networks
                or SettingType.Addresses;

    /// <summary>The description with unit, default and range.</summary>
    public string Documentation =>
        string.Join(' ', new[] { Description, Unit, DefaultSentence, RangeSentence }.Where(sentence => sentence.Length > 0));

    /// <summary>The range as a problem names it.</summary>
    internal string Range => $"{Limit(Minimum)}-{(Maximum == long.MaxValue ? "" : Limit(Maximum))}";

    private bool IsNumber =>
        Type
            is SettingType.Integer
                or SettingType.Port
                or SettingType.Duration
                or SettingType.Seconds
                or SettingType.Milliseconds;

    private string Unit =>
        Type switch
        {
            SettingType.Seconds => "In plain seconds.",
            SettingType.Milliseconds => "In milliseconds.",
            SettingType.Bytes => "In bytes, or with K, M or G.",
            SettingType.Duration => "With s, m, h, d or w.",
            _ => "",
        };

    private string DefaultSentence => Default.Length == 0 ? "" : $"Default {Default}.";

    private string RangeSentence =>
        IsNumber && Maximum < int.MaxValue
            ? $"Range {Limit(Minimum)} to {Limit(Maximum)}{(ZeroMeans is null ? "" : $"; 0 means {ZeroMeans}")}."
            : "";

    private string Limit(long number) =>
        Type == SettingType.Duration
            ? IniDuration.Write(TimeSpan.FromSeconds(number))
            : number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One of the names in the key <c>Options</c>.</summary>
public sealed record SettingFlag(MailOptions Value, string Name, string Description, bool IsUsedYet);
