using System.Collections.Frozen;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Every key and flag we know. Reading, documentation, the first configuration file, the lists of what is in force and of what is not used
/// yet all come from here.
/// </summary>
public static class KeyTable
{
    private static readonly FrozenDictionary<string, SettingKey> MailByName = ByName(MailKeys.All);
    private static readonly FrozenDictionary<string, SettingKey> PacketboatByName = ByName(PacketboatKeys.All);

    /// <summary>The keys of <c>[Mail]</c>; those with a <c>GlobalName</c> stand in <c>[Global]</c> too.</summary>
    public static IReadOnlyList<SettingKey> Mail => MailKeys.All;

    /// <summary>The keys of <c>packetboat.ini</c>.</summary>
    public static IReadOnlyList<SettingKey> Packetboat => PacketboatKeys.All;

    /// <summary>The flags of the key <c>Options</c>.</summary>
    public static IReadOnlyList<SettingFlag> Flags => MailFlags.All;

    /// <summary>Keys of <c>[Global]</c> that no other section takes.</summary>
    public static IReadOnlyList<SettingKey> Global { get; } =
    [
        new(
            "Global",
            "CtrlDirectory",
            SettingType.Path,
            "",
            "Where Synchronet looks for its other files. We take them from the directory of this one."
        ),
    ];

    /// <summary>Keys that Synchronet's own stock file has and nobody reads.</summary>
    public static FrozenSet<string> Unread { get; } = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "DefaultCharset");

    /// <summary>Former keys of <c>[Mail]</c>, and what they are called now.</summary>
    public static FrozenDictionary<string, string> FormerKeys { get; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["SubmissionsPort"] = "TLSSubmissionPort",
            ["POP3SPort"] = "TLSPOP3Port",
            ["NewMailNotice"] = "the text string InternetMailReceived",
            ["ForwardNotice"] = "the text string InternetMailForwarded",
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Former flags, and what they are called now; empty if they are gone.</summary>
    public static FrozenDictionary<string, string> FormerFlags { get; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["USE_SUBMISSIONS_PORT"] = nameof(MailOptions.TLS_SUBMISSION),
            ["USE_POP3SS_PORT"] = nameof(MailOptions.TLS_POP3),
            ["DNSBL_CHECK_ALL"] = nameof(MailOptions.DNSBL_CHKRECVHDRS),
            ["ALLOW_RX_BY_NUMBER"] = "",
            ["DNSBL_DEBUG"] = "",
            ["MUTE"] = "",
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static FrozenDictionary<string, uint> FlagBits { get; } =
        MailFlags.All.ToFrozenDictionary(f => f.Name, f => (uint)f.Value, StringComparer.OrdinalIgnoreCase);

    public static SettingKey? FindMail(string name) => MailByName.GetValueOrDefault(name);

    public static SettingKey? FindPacketboat(string name) => PacketboatByName.GetValueOrDefault(name);

    private static FrozenDictionary<string, SettingKey> ByName(IReadOnlyList<SettingKey> keys) =>
        keys.ToFrozenDictionary(k => k.Name, StringComparer.OrdinalIgnoreCase);
}
